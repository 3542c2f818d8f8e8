import { type Refusal, refusal } from '../../core/refusal.ts';
import { fieldValueBytes } from '../field-value-bytes.ts';
import { tokenBytes } from '../token-bytes.ts';
import { type ChunkedLimits, DEFAULT_CHUNKED_LIMITS } from './chunked-limits.ts';
import { malformed } from './malformed.ts';

const HTAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SP = 0x20;
const COLON = 0x3a;
const SEMICOLON = 0x3b;

const SIZE_START = 0;
const SIZE = 1;
const BLANK = 2;
const EXTENSION = 3;
const SIZE_LF = 4;
const DATA = 5;
const DATA_CR = 6;
const DATA_LF = 7;
const TRAILER_START = 8;
const TRAILER_NAME = 9;
const TRAILER_VALUE = 10;
const TRAILER_LF = 11;
const END_LF = 12;
const DONE = 13;

/** Chunks that may carry the largest extension although the data is less. */
const EXTENSIONS_IN_ADVANCE = 16;

/** Enough for the largest size that a number holds, with zeros before it. */
const MAX_SIZE_DIGITS = 32;

/**
 * Reads one chunked body (RFC 9112, section 7.1) from chunks of input cut anywhere. Data is handed on as it comes, not copied. Extensions
 * are passed over; trailers are checked and discarded (section 7.1.2), so that they never become meta-variables.
 *
 *     ┌───────────────────────────────LF── DATA_LF ◄──CR── DATA_CR ◄── DATA
 *     ▼                                                                 ▲
 *     SIZE_START ──digit──► SIZE ──────────CR──────────► SIZE_LF ──LF───┤
 *                            ├─blank─► BLANK ─;─┐          ▲ CR         │ size 0
 *                            └────────;─────────┴─► EXTENSION           ▼
 *     DONE ◄──LF── END_LF ◄──────────────CR────────────────────── TRAILER_START ◄──LF── TRAILER_LF
 *                                                                       │ token              ▲ CR
 *                                                                 TRAILER_NAME ──:──► TRAILER_VALUE
 */
export class ChunkedReader {
  /** After `push`: the first byte of the input that was not consumed. */
  next = 0;
  /** Bytes of data so far. */
  received = 0;
  readonly #limits: ChunkedLimits;
  #state = SIZE_START;
  /** Bytes before this input. */
  #offset = 0;
  #digits = 0;
  /** The size so far; then the bytes of the chunk that have not come. */
  #left = 0;
  #extensionBytes = 0;
  #allExtensionBytes = 0;
  #trailerBytes = 0;
  #refused: Refusal | undefined;

  constructor(limits: ChunkedLimits = DEFAULT_CHUNKED_LIMITS) {
    this.#limits = limits;
  }

  /** Ready for another body. */
  reset(): void {
    this.received = 0;
    this.#state = SIZE_START;
    this.#offset = 0;
    this.#left = 0;
    this.#allExtensionBytes = 0;
    this.#trailerBytes = 0;
    this.#refused = undefined;
  }

  /**
   * Takes bytes of `chunk` from index `from` on, up to the end of the body or of the chunk. `onData` gets parts of `chunk`. After `done`
   * nothing more is taken; after a refusal it gives the same again.
   */
  push(chunk: Uint8Array, from: number, onData: (bytes: Uint8Array) => void): 'more' | 'done' | Refusal {
    let at = from;
    while (at < chunk.length && this.#refused === undefined && this.#state !== DONE) {
      if (this.#state === DATA) {
        const taken = Math.min(this.#left, chunk.length - at);
        this.#left -= taken;
        this.received += taken;
        if (this.#left === 0) this.#state = DATA_CR;
        onData(chunk.subarray(at, at + taken));
        at += taken;
      } else {
        this.#refused = this.#step(chunk[at] as number, this.#offset + at - from);
        if (this.#refused === undefined) at += 1;
      }
    }
    this.#offset += at - from;
    this.next = at;
    return this.#refused ?? (this.#state === DONE ? 'done' : 'more');
  }

  /** Takes one byte that is not data. */
  #step(byte: number, offset: number): Refusal | undefined {
    switch (this.#state) {
      case SIZE_START:
        if (hexDigit(byte) < 0) return malformed('http/bad-chunk-size', 'a chunk size', byte, offset);
        this.#left = 0;
        this.#digits = 0;
        this.#extensionBytes = 0;
        this.#state = SIZE;
        return this.#addDigit(byte);
      case SIZE:
        if (hexDigit(byte) >= 0) return this.#addDigit(byte);
        if (byte === CR) this.#state = SIZE_LF;
        else if (byte === SEMICOLON) this.#state = EXTENSION;
        else if (byte === SP || byte === HTAB) this.#state = BLANK;
        else return malformed('http/bad-chunk-size', 'a digit, ";", or CR and LF', byte, offset);
        return undefined;
      case BLANK:
        if (byte === SEMICOLON) this.#state = EXTENSION;
        else if (byte !== SP && byte !== HTAB) {
          return malformed('http/bad-chunk-size', '";" after the space that follows a size', byte, offset);
        }
        return this.#countExtensionByte();
      case EXTENSION:
        if (byte === CR) {
          this.#state = SIZE_LF;
          return undefined;
        }
        if (fieldValueBytes[byte] !== 1)
          return malformed('http/bad-chunk-extension', 'a chunk extension', byte, offset);
        return this.#countExtensionByte();
      case SIZE_LF:
        return this.#lineFeed(byte, offset, this.#left === 0 ? TRAILER_START : DATA);
      case DATA_CR:
        if (byte !== CR) return malformed('http/bad-chunk-end', 'CR and LF after the data', byte, offset);
        this.#state = DATA_LF;
        return undefined;
      case DATA_LF:
        return this.#lineFeed(byte, offset, SIZE_START);
      case END_LF:
        return this.#lineFeed(byte, offset, DONE);
      default:
        return this.#trailerStep(byte, offset);
    }
  }

  #trailerStep(byte: number, offset: number): Refusal | undefined {
    this.#trailerBytes += 1;
    if (this.#trailerBytes > this.#limits.maxTrailerBytes) {
      const { maxTrailerBytes } = this.#limits;
      return refusal(431, 'http/trailers-too-large', `expected at most ${maxTrailerBytes} bytes of trailers`);
    }
    switch (this.#state) {
      case TRAILER_START:
        if (byte === CR) {
          this.#state = END_LF;
          return undefined;
        }
        if (tokenBytes[byte] !== 1) return malformed('http/bad-trailer', 'a field name', byte, offset);
        this.#state = TRAILER_NAME;
        return undefined;
      case TRAILER_NAME:
        if (byte === COLON) this.#state = TRAILER_VALUE;
        else if (tokenBytes[byte] !== 1) {
          return malformed('http/bad-trailer', 'a field name and a colon', byte, offset);
        }
        return undefined;
      case TRAILER_VALUE:
        if (byte === CR) this.#state = TRAILER_LF;
        else if (fieldValueBytes[byte] !== 1) {
          return malformed('http/bad-trailer', 'the bytes of a field value, then CR and LF', byte, offset);
        }
        return undefined;
      default:
        return this.#lineFeed(byte, offset, TRAILER_START);
    }
  }

  #addDigit(byte: number): Refusal | undefined {
    this.#digits += 1;
    this.#left = this.#left * 16 + hexDigit(byte);
    if (this.#digits > MAX_SIZE_DIGITS) {
      return refusal(
        400,
        'http/bad-chunk-size',
        `expected a chunk size of at most ${MAX_SIZE_DIGITS} digits`,
      );
    }
    if (this.#left > Number.MAX_SAFE_INTEGER) {
      return refusal(413, 'http/chunk-too-large', 'expected a chunk of less than 2^53 bytes');
    }
    return undefined;
  }

  /** Small chunks with large extensions would keep us busy for nothing. */
  #countExtensionByte(): Refusal | undefined {
    const { maxExtensionBytes } = this.#limits;
    this.#extensionBytes += 1;
    this.#allExtensionBytes += 1;
    if (
      this.#extensionBytes <= maxExtensionBytes &&
      this.#allExtensionBytes <= EXTENSIONS_IN_ADVANCE * maxExtensionBytes + this.received
    ) {
      return undefined;
    }
    return refusal(400, 'http/chunk-extensions-too-large', 'expected fewer bytes of chunk extensions');
  }

  #lineFeed(byte: number, offset: number, state: number): Refusal | undefined {
    if (byte !== LF) return malformed('http/bad-line-end', 'LF after CR', byte, offset);
    this.#state = state;
    return undefined;
  }
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
