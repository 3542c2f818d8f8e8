import { MAX_LINE_LENGTH } from './worker-protocol.ts';

/** Cuts what comes into lines of UTF-8 without their newlines; what follows the last newline waits for its end. */
export class LineReader {
  readonly #decoder = new TextDecoder();
  #rest = '';

  /** Nothing where a line is too long: then the peer does not speak the protocol. */
  read(bytes: Uint8Array): string[] | undefined {
    const text = this.#rest + this.#decoder.decode(bytes, { stream: true });
    const lines = text.split('\n');
    this.#rest = lines.pop() ?? '';
    return this.#rest.length > MAX_LINE_LENGTH || lines.some((line) => line.length > MAX_LINE_LENGTH)
      ? undefined
      : lines;
  }
}
