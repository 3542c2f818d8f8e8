import type { View } from '../core/view.ts';

/** A field named Proxy must not become a setting of the programs' HTTP clients (https://httpoxy.org). */
const FORBIDDEN = 'HTTP_PROXY';

/**
 * The meta-variables of a request as a web server put them into the environment of a CGI program. `block` is that environment
 * as a byte string, `NAME=value` each with a NUL at its end, since the runtime's own view of it takes all bytes for UTF-8.
 * Of a name that is there twice the first counts, as for getenv(3).
 */
export class EnvironmentView implements View {
  readonly #variables = new Map<string, string>();

  constructor(block: string) {
    for (const variable of block.split('\0')) {
      const equals = variable.indexOf('=');
      if (equals < 1) continue;
      const name = variable.slice(0, equals);
      if (name !== FORBIDDEN && !this.#variables.has(name))
        this.#variables.set(name, variable.slice(equals + 1));
    }
  }

  meta(name: string): string | undefined {
    return this.#variables.get(name);
  }

  entries(): Iterable<readonly [string, string]> {
    return this.#variables;
  }
}
