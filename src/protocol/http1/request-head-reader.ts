import { type Refusal, refusal } from '../../core/refusal.ts';
import { HeadScanner } from './head-scanner.ts';
import { readControlFields } from './read-control-fields.ts';
import { readRequestLine } from './read-request-line.ts';
import { RequestHead } from './request-head.ts';
import type { RequestLimits } from './request-limits.ts';

/** Room for the beginning of a head that came in pieces. */
const LEAST_ROOM = 1024;

/**
 * Reads the heads of one connection's requests, one after the other, from chunks cut anywhere (RFC 9112). A head that is whole in one
 * chunk is read in place; else its bytes are collected, and each is looked at once. After a head the reader is ready for the next;
 * after a refusal it gives the same again until `reset`.
 */
export class RequestHeadReader {
  /** After `push`: the first byte of the chunk that was not consumed. */
  next = 0;
  readonly #limits: RequestLimits;
  readonly #scanner: HeadScanner;
  /** The head's bytes so far, from its first on, where it did not come in one chunk. */
  #kept: Uint8Array | undefined;
  #keptLength = 0;
  #refused: Refusal | undefined;

  constructor(limits: RequestLimits) {
    this.#limits = limits;
    this.#scanner = new HeadScanner(limits);
  }

  /** No byte of a request has come since the last one: the connection is idle. */
  get isEmpty(): boolean {
    return this.#scanner.isEmpty;
  }

  reset(): void {
    this.#kept = undefined;
    this.#keptLength = 0;
    this.#refused = undefined;
    this.#scanner.reset(0);
  }

  /**
   * Takes bytes of `chunk` from index `from` on, up to the end of a head or of the chunk. The head may live on in the chunk, which must
   * not change any more.
   */
  push(chunk: Uint8Array, from: number): 'more' | RequestHead | Refusal {
    if (this.#refused !== undefined) {
      this.next = from;
      return this.#refused;
    }
    const result =
      this.#kept === undefined ? this.#readInPlace(chunk, from) : this.#readKept(this.#kept, chunk, from);
    if (result !== 'more' && result.kind === 'refusal') this.#refused = result;
    return result;
  }

  #readInPlace(chunk: Uint8Array, from: number): 'more' | RequestHead | Refusal {
    const scanner = this.#scanner;
    scanner.position = from;
    const refused = scanner.skipEmptyLines(chunk, chunk.length);
    if (refused !== undefined || scanner.isEmpty) {
      this.next = scanner.position;
      return refused ?? 'more';
    }
    const { start } = scanner;
    const result = this.#scan(chunk, Math.min(chunk.length, start + this.#limits.maxHeadBytes));
    this.next = scanner.position;
    if (result === 'done') return this.#finish(chunk);
    if (result === 'more') {
      this.#keptLength = chunk.length - start;
      this.#kept = new Uint8Array(this.#roomFor(this.#keptLength));
      this.#kept.set(chunk.subarray(start));
      scanner.shift(start);
    }
    return result;
  }

  #readKept(kept: Uint8Array, chunk: Uint8Array, from: number): 'more' | RequestHead | Refusal {
    const scanner = this.#scanner;
    const before = this.#keptLength;
    const taken = Math.min(chunk.length - from, this.#limits.maxHeadBytes - before);
    let bytes = kept;
    if (before + taken > kept.length) {
      bytes = new Uint8Array(this.#roomFor(before + taken));
      bytes.set(kept);
      this.#kept = bytes;
    }
    bytes.set(chunk.subarray(from, from + taken), before);
    this.#keptLength = before + taken;
    const result = this.#scan(bytes, this.#keptLength);
    this.next = from + scanner.position - before;
    return result === 'done' ? this.#finish(bytes) : result;
  }

  /** `more` only where more may come. */
  #scan(bytes: Uint8Array, stop: number): 'more' | 'done' | Refusal {
    const scanner = this.#scanner;
    const result = scanner.scan(bytes, stop);
    const { maxHeadBytes } = this.#limits;
    if (result !== 'more' || stop - scanner.start < maxHeadBytes) return result;
    return scanner.isInRequestLine
      ? refusal(414, 'http/target-too-long', `expected a request line of less than ${maxHeadBytes} bytes`)
      : refusal(431, 'http/head-too-large', `expected a head of at most ${maxHeadBytes} bytes`);
  }

  #roomFor(length: number): number {
    return Math.min(this.#limits.maxHeadBytes, Math.max(LEAST_ROOM, 2 * length));
  }

  #finish(bytes: Uint8Array): RequestHead | Refusal {
    const scanner = this.#scanner;
    const { spans, fieldCount } = scanner;
    const line = readRequestLine(bytes, scanner);
    if ('kind' in line) return line;
    const control = readControlFields(bytes, spans, fieldCount, line.minorVersion);
    if ('kind' in control) return control;
    this.#kept = undefined;
    this.#keptLength = 0;
    scanner.reset(0);
    return new RequestHead(bytes, spans, fieldCount, line, control);
  }
}
