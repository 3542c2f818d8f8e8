/** Where the frontends of an application keep what they share, unless the operator says otherwise: `.spillway/NAME` beside the configuration file. */
export function stateFolder(directory: string, application: string): string {
  return `${directory}/.spillway/${application}`;
}
