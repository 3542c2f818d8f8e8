import { ByteCollector } from '../byte-collector.ts';

/** `too-large`: announces more than the bound; `malformed`: no netstring. */
export type NetstringFailure = 'too-large' | 'malformed';

const COLON = 0x3a;
const COMMA = 0x2c;
const ZERO = 0x30;

/**
 * Reads netstrings that come in pieces, one after another.
 *
 *              ┌─digit─┐
 *              │       ▼
 *   start ──digit──► length ──':'──► content ──all there──► comma ──','──► start, content given
 *     │                │                                      │
 *     └─ any other     ├─ any other, or a digit after '0'     └─ any other
 *          ▼           ▼                                           ▼
 *       malformed   malformed          over the bound: too-large   malformed
 *
 * A failure is final. No byte is looked at twice.
 */
export class NetstringReader {
  readonly #maxBytes: number;
  readonly #collected = new ByteCollector();
  #state: 'start' | 'length' | 'content' | NetstringFailure = 'start';
  #length = 0;

  /** After `push`: the offset in the chunk of the first byte that was not taken. */
  next = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * Takes bytes of `chunk` from `from` up to the end of one netstring. The content that it gives may be a view of
   * `chunk`: use it or copy it before the chunk changes.
   */
  push(chunk: Uint8Array, from = 0): Uint8Array | 'more' | NetstringFailure {
    let at = from;
    while (this.#state === 'start' || this.#state === 'length') {
      if (at >= chunk.length) {
        this.next = at;
        return 'more';
      }
      this.#lengthByte(chunk[at++] as number);
    }
    if (this.#state !== 'content') {
      this.next = at;
      return this.#state;
    }
    return this.#content(chunk, at);
  }

  #lengthByte(byte: number): void {
    const digit = byte - ZERO;
    if (digit >= 0 && digit <= 9) {
      if (this.#state === 'length' && this.#length === 0) {
        this.#state = 'malformed';
        return;
      }
      this.#length = this.#length * 10 + digit;
      this.#state = this.#length > this.#maxBytes ? 'too-large' : 'length';
    } else {
      this.#state = byte === COLON && this.#state === 'length' ? 'content' : 'malformed';
    }
  }

  #content(chunk: Uint8Array, from: number): Uint8Array | 'more' | NetstringFailure {
    const end = from + this.#length - this.#collected.length;
    if (end >= chunk.length) {
      this.#collected.add(chunk, from, chunk.length);
      this.next = chunk.length;
      return 'more';
    }
    this.next = end + 1;
    if (chunk[end] !== COMMA) {
      this.#state = 'malformed';
      this.#collected.take();
      return 'malformed';
    }
    let content: Uint8Array;
    if (this.#collected.length === 0) content = chunk.subarray(from, end);
    else {
      this.#collected.add(chunk, from, end);
      content = this.#collected.take();
    }
    this.#state = 'start';
    this.#length = 0;
    return content;
  }
}
