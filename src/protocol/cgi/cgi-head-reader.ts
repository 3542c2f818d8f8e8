import type { CgiHead } from '../../core/backend.ts';
import { ByteCollector } from '../byte-collector.ts';
import type { CgiHeadFailure } from './cgi-head-failure.ts';
import { parseCgiHead } from './parse-cgi-head.ts';

const LF = 0x0a;
const CR = 0x0d;

/**
 * Finds the end of a CGI response head (RFC 3875, section 6) in bytes that come in pieces, and reads the head. Lines end in
 * LF or CRLF, even mixed; the first empty one ends the head.
 *
 *                ┌──────────── LF ────────────┐
 *                ▼                            │
 *   ──► line-start ──── any other ────────► in-line ◄─┐
 *         │    │                              ▲  └────┘ any other
 *         LF   CR ──► after-cr ─ any other ───┘
 *         ▼              │
 *        end ◄───── LF ──┘
 *
 * No byte is looked at twice for the end, and the head is read once. An answer, once given, is final.
 */
export class CgiHeadReader {
  readonly #maxHeadBytes: number;
  readonly #nph: boolean;
  readonly #collected = new ByteCollector();
  #state: 'line-start' | 'after-cr' | 'in-line' | 'end' = 'line-start';
  #answer: CgiHead | CgiHeadFailure | undefined;

  /** After `push`: the offset in the chunk of the first byte that is not the head's. With a head, that is the body's first. */
  next = 0;

  /** `maxHeadBytes`: with the empty line that ends it. `nph`: the head of an HTTP response, with a status line. */
  constructor({ maxHeadBytes, nph = false }: { readonly maxHeadBytes: number; readonly nph?: boolean }) {
    this.#maxHeadBytes = maxHeadBytes;
    this.#nph = nph;
  }

  push(chunk: Uint8Array): 'more' | CgiHead | CgiHeadFailure {
    if (this.#answer !== undefined) {
      this.next = 0;
      return this.#answer;
    }
    const before = this.#collected.length;
    const end = this.#scan(chunk, Math.min(chunk.length, this.#maxHeadBytes - before));
    this.next = end;
    if (this.#state === 'end') {
      let head = chunk;
      let length = end;
      if (before > 0) {
        this.#collected.add(chunk, 0, end);
        head = this.#collected.take();
        length = head.length;
      }
      this.#answer = parseCgiHead(head, length, this.#nph);
      return this.#answer;
    }
    if (end < chunk.length) {
      this.#collected.take();
      this.#answer = 'head-too-large';
      return this.#answer;
    }
    this.#collected.add(chunk, 0, end);
    return 'more';
  }

  /** There is no more input: `no-head` where nothing came at all, `bad-head` where the head broke off. */
  finish(): CgiHead | CgiHeadFailure {
    this.#answer ??= this.#collected.length === 0 ? 'no-head' : 'bad-head';
    return this.#answer;
  }

  /** Goes on to the end of the head or to `limit`; returns how far it went. */
  #scan(chunk: Uint8Array, limit: number): number {
    let at = 0;
    while (at < limit) {
      if (this.#state === 'in-line') {
        const lineEnd = chunk.indexOf(LF, at);
        if (lineEnd < 0 || lineEnd >= limit) return limit;
        at = lineEnd + 1;
        this.#state = 'line-start';
        continue;
      }
      const byte = chunk[at++];
      if (byte === LF) {
        this.#state = 'end';
        return at;
      }
      this.#state = byte === CR && this.#state === 'line-start' ? 'after-cr' : 'in-line';
    }
    return at;
  }
}
