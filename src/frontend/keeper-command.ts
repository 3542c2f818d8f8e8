/** The words that start the keeper process of a frontend's daemon: the same executable, with the same script. */
export function keeperCommand(script: string): string[] {
  return [process.execPath, '--keep', script];
}
