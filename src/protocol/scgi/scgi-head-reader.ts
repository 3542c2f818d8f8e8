import { type Refusal, refusal } from '../../core/refusal.ts';
import { NetstringReader } from './netstring-reader.ts';
import { parseScgiHead } from './parse-scgi-head.ts';
import type { ScgiHead } from './scgi-head.ts';

/** Reads the head of one SCGI request from bytes that come in pieces. Its answer, once it has one, is final. */
export class ScgiHeadReader {
  readonly #netstring: NetstringReader;
  readonly #maxHeadBytes: number;
  #answer: ScgiHead | Refusal | undefined;

  /** After `push`: the offset in the chunk of the first byte that was not taken. With a head, that is the body's first. */
  next = 0;

  /** @param maxHeadBytes bytes of names and values that a head may have */
  constructor(maxHeadBytes: number) {
    this.#maxHeadBytes = maxHeadBytes;
    this.#netstring = new NetstringReader(maxHeadBytes);
  }

  push(chunk: Uint8Array, from = 0): 'more' | ScgiHead | Refusal {
    if (this.#answer !== undefined) {
      this.next = from;
      return this.#answer;
    }
    const content = this.#netstring.push(chunk, from);
    this.next = this.#netstring.next;
    if (content === 'more') return 'more';
    this.#answer = this.#answerTo(content);
    return this.#answer;
  }

  #answerTo(content: Uint8Array | 'malformed' | 'too-large'): ScgiHead | Refusal {
    if (content === 'malformed') {
      return refusal(400, 'scgi/bad-netstring', 'expected a netstring at the start of an SCGI request');
    }
    if (content === 'too-large') {
      const message = `expected at most ${this.#maxHeadBytes} bytes of variables in an SCGI request`;
      return refusal(431, 'scgi/head-too-large', message);
    }
    return parseScgiHead(content);
  }
}
