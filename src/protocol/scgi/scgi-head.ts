import type { View } from '../../core/view.ts';

/** The head of one SCGI request. SCGI itself is not among its variables: it belongs to the protocol. */
export class ScgiHead implements View {
  /** Bytes of the body that follows. */
  readonly contentLength: number;
  readonly #variables: ReadonlyMap<string, string>;

  constructor(contentLength: number, variables: ReadonlyMap<string, string>) {
    this.contentLength = contentLength;
    this.#variables = variables;
  }

  meta(name: string): string | undefined {
    return this.#variables.get(name);
  }

  entries(): Iterable<readonly [name: string, value: string]> {
    return this.#variables.entries();
  }
}
