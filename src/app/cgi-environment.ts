import type { View } from '../core/view.ts';
import { byteString } from '../protocol/byte-string.ts';

/** Of names that the environment has twice, the first counts, as for getenv(3). */
class CgiView implements View {
  readonly #variables: ReadonlyMap<string, string>;

  constructor(variables: ReadonlyMap<string, string>) {
    this.#variables = variables;
  }

  meta(name: string): string | undefined {
    return this.#variables.get(name);
  }

  entries(): Iterable<readonly [name: string, value: string]> {
    return this.#variables;
  }
}

/**
 * The environment of a CGI program as byte strings. The runtime has read it as UTF-8: where all of it is ASCII that is the same, and
 * saves a file; else the kernel is asked for the bytes.
 */
export async function cgiView(environment: Readonly<Record<string, string | undefined>>): Promise<View> {
  const variables = new Map<string, string>();
  let isAscii = true;
  for (const name in environment) {
    const value = environment[name] ?? '';
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a test for ASCII
    if (!/^[\x00-\x7f]*$/.test(value)) isAscii = false;
    variables.set(name, value);
  }
  if (isAscii) return new CgiView(variables);
  return new CgiView(parseEnvironment(byteString(await Bun.file('/proc/self/environ').bytes())));
}

/** @param block `NAME=value` each with a NUL at its end; a byte string */
export function parseEnvironment(block: string): ReadonlyMap<string, string> {
  const variables = new Map<string, string>();
  for (const variable of block.split('\0')) {
    const equals = variable.indexOf('=');
    const name = variable.slice(0, Math.max(0, equals));
    if (name !== '' && !variables.has(name)) variables.set(name, variable.slice(equals + 1));
  }
  return variables;
}
