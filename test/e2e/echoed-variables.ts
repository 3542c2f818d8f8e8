/** The lines `NAME=VALUE` of an answer by name. */
export function echoedVariables(body: string): ReadonlyMap<string, string> {
  return new Map(
    body
      .split('\n')
      .filter((line) => line.includes('='))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}
