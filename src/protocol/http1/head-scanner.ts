import { type Refusal, refusal } from '../../core/refusal.ts';
import { tokenBytes } from '../token-bytes.ts';
import { malformed } from './malformed.ts';
import type { RequestLimits } from './request-limits.ts';
import { TARGET_BYTES } from './target-bytes.ts';

const HTAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SP = 0x20;
const COLON = 0x3a;
const DEL = 0x7f;
const DIGIT_0 = 0x30;

const START = 0;
const EMPTY_LINE_LF = 1;
const METHOD = 2;
const TARGET = 3;
const VERSION = 4;
const REQUEST_LINE_LF = 5;
const FIELD_START = 6;
const NAME = 7;
const SPACE = 8;
const VALUE = 9;
const FIELD_LF = 10;
const END_LF = 11;

/** Longer than any that is registered. */
const MAX_METHOD_BYTES = 32;
/** RFC 9112, section 2.2, asks for patience with one at least. */
const MAX_EMPTY_LINES = 8;
/** `HTTP/1.1`, 0 for a digit. */
const VERSION_PATTERN = [0x48, 0x54, 0x54, 0x50, 0x2f, 0, 0x2e, 0];
/** Browsers send up to about twenty. */
const FIELDS_AT_FIRST = 16;
/** Shared: a head of which nothing has come has no spans. */
const NO_SPANS = new Int32Array(0);

/**
 * Finds the parts of a request's head (RFC 9112, sections 3 and 5), one byte after the other, and refuses at the first byte that
 * cannot be right: so the result never depends on how the bytes were cut into chunks. What the parts mean is not its business.
 *
 *     ┌──LF── EMPTY_LINE_LF ◄─┐
 *     └────────► START ───CR──┘
 *                  │ token
 *                METHOD ──SP──► TARGET ──SP──► VERSION ──CR──► REQUEST_LINE_LF
 *                                                                     │ LF
 *     VALUE ◄─── SPACE ◄──:── NAME ◄──token── FIELD_START ◄───────────┤
 *       └──────────CR────────► FIELD_LF ──LF──────┼───────────────────┘
 *                                                 └─CR──► END_LF ──LF──► done
 */
export class HeadScanner {
  /** The first byte of the method, once there is one. */
  start = 0;
  /** The next byte to look at. */
  position = 0;
  methodEnd = 0;
  /** The target begins one byte after the method's end, the version one byte after the target's. */
  targetEnd = 0;
  major = 0;
  minor = 0;
  fieldCount = 0;
  /** Four for each field: start and end of its name, start and end of its value. */
  spans = NO_SPANS;
  readonly #limits: RequestLimits;
  #state = START;
  #emptyLines = 0;

  constructor(limits: RequestLimits) {
    this.#limits = limits;
  }

  /** Nothing of a request was seen yet: empty lines do not count. */
  get isEmpty(): boolean {
    return this.#state <= EMPTY_LINE_LF;
  }

  /** The request line is not complete. */
  get isInRequestLine(): boolean {
    return this.#state <= REQUEST_LINE_LF;
  }

  reset(position: number): void {
    this.position = position;
    this.start = position;
    this.fieldCount = 0;
    // The last ones belong to the head that was made of them.
    this.spans = NO_SPANS;
    this.#state = START;
    this.#emptyLines = 0;
  }

  /** The same bytes are found `by` bytes nearer to the beginning from now on. */
  shift(by: number): void {
    this.start -= by;
    this.position -= by;
    this.methodEnd -= by;
    this.targetEnd -= by;
    for (let index = 0; index < this.spans.length; index += 1)
      this.spans[index] = (this.spans[index] as number) - by;
  }

  /** Passes over empty lines before the request; to be called before `scan` as long as `isEmpty`. */
  skipEmptyLines(bytes: Uint8Array, stop: number): Refusal | undefined {
    while (this.position < stop) {
      const byte = bytes[this.position] as number;
      if (this.#state === EMPTY_LINE_LF) {
        if (byte !== LF) return malformed('http/bad-line-end', 'LF after CR', byte, 1);
        this.#state = START;
      } else if (byte === CR) {
        this.#emptyLines += 1;
        if (this.#emptyLines > MAX_EMPTY_LINES) {
          return refusal(
            400,
            'http/too-many-empty-lines',
            `expected a request after ${MAX_EMPTY_LINES} empty lines`,
          );
        }
        this.#state = EMPTY_LINE_LF;
      } else {
        if (byte === LF) return malformed('http/bad-line-end', 'a request, or CR before LF', byte, 0);
        this.start = this.position;
        this.#state = METHOD;
        return undefined;
      }
      this.position += 1;
    }
    return undefined;
  }

  /** Goes on from `position` to before `stop`. */
  scan(bytes: Uint8Array, stop: number): 'more' | 'done' | Refusal {
    if (this.#state <= REQUEST_LINE_LF) {
      const line = this.#scanRequestLine(bytes, stop);
      if (line !== 'done') return line;
      this.spans = new Int32Array(4 * FIELDS_AT_FIRST);
    }
    return this.#scanFields(bytes, stop);
  }

  #scanRequestLine(bytes: Uint8Array, stop: number): 'more' | 'done' | Refusal {
    let at = this.position;
    if (this.#state === METHOD) {
      while (at < stop && tokenBytes[bytes[at] as number] === 1) at += 1;
      this.position = at;
      if (at - this.start > MAX_METHOD_BYTES) {
        return refusal(501, 'http/method-too-long', `expected a method of at most ${MAX_METHOD_BYTES} bytes`);
      }
      if (at === stop) return 'more';
      if (bytes[at] !== SP || at === this.start) {
        return this.#malformed('http/bad-method', 'a method and one space', bytes, at);
      }
      this.methodEnd = at;
      at += 1;
      this.#state = TARGET;
    }
    if (this.#state === TARGET) {
      while (at < stop && TARGET_BYTES[bytes[at] as number] === 1) at += 1;
      this.position = at;
      const { maxTargetBytes } = this.#limits;
      if (at - this.methodEnd - 1 > maxTargetBytes) {
        return refusal(414, 'http/target-too-long', `expected a target of at most ${maxTargetBytes} bytes`);
      }
      if (at === stop) return 'more';
      if (bytes[at] !== SP || at === this.methodEnd + 1) {
        return this.#malformed('http/bad-target', 'a target and one space', bytes, at);
      }
      this.targetEnd = at;
      at += 1;
      this.#state = VERSION;
    }
    if (this.#state === VERSION) {
      for (let index = at - this.targetEnd - 1; at < stop && index < VERSION_PATTERN.length; index += 1) {
        const byte = bytes[at] as number;
        const expected = VERSION_PATTERN[index] as number;
        if (expected === 0 ? byte < DIGIT_0 || byte > DIGIT_0 + 9 : byte !== expected) {
          return this.#malformed('http/bad-version', '"HTTP/", a digit, a dot and a digit', bytes, at);
        }
        at += 1;
      }
      this.position = at;
      if (at === stop) return 'more';
      if (bytes[at] !== CR)
        return this.#malformed('http/bad-version', 'CR and LF after the version', bytes, at);
      this.major = (bytes[at - 3] as number) - DIGIT_0;
      this.minor = (bytes[at - 1] as number) - DIGIT_0;
      at += 1;
      this.#state = REQUEST_LINE_LF;
    }
    this.position = at;
    if (at === stop) return 'more';
    if (bytes[at] !== LF) return this.#malformed('http/bad-line-end', 'LF after CR', bytes, at);
    this.position = at + 1;
    this.#state = FIELD_START;
    return 'done';
  }

  #scanFields(bytes: Uint8Array, stop: number): 'more' | 'done' | Refusal {
    let at = this.position;
    let state = this.#state;
    let spans = this.spans;
    let span = 4 * this.fieldCount;
    for (;;) {
      if (state === FIELD_START) {
        if (at === stop) break;
        const byte = bytes[at] as number;
        if (byte === CR) {
          at += 1;
          state = END_LF;
        } else {
          if (byte === SP || byte === HTAB) {
            return this.#malformed('http/folded-field', 'a field name: lines are not continued', bytes, at);
          }
          if (span === 4 * this.#limits.maxFields) {
            return refusal(431, 'http/too-many-fields', `expected at most ${this.#limits.maxFields} fields`);
          }
          if (span === spans.length) {
            spans = new Int32Array(2 * span);
            spans.set(this.spans);
            this.spans = spans;
          }
          spans[span] = at;
          state = NAME;
        }
      }
      if (state === NAME) {
        while (at < stop && tokenBytes[bytes[at] as number] === 1) at += 1;
        if (at === stop) break;
        if (bytes[at] !== COLON || at === spans[span]) {
          const blank = bytes[at] === SP || bytes[at] === HTAB;
          return this.#malformed(
            blank ? 'http/space-before-colon' : 'http/bad-field-name',
            'a field name and a colon',
            bytes,
            at,
          );
        }
        spans[span + 1] = at;
        at += 1;
        state = SPACE;
      }
      if (state === SPACE) {
        while (at < stop && (bytes[at] === SP || bytes[at] === HTAB)) at += 1;
        if (at === stop) break;
        spans[span + 2] = at;
        state = VALUE;
      }
      if (state === VALUE) {
        // VCHAR, SP and obs-text; and HTAB, which is rare.
        let byte = 0;
        while (at < stop) {
          byte = bytes[at] as number;
          if ((byte < SP || byte === DEL) && byte !== HTAB) break;
          at += 1;
        }
        if (at === stop) break;
        if (byte !== CR) {
          const code = byte === LF ? 'http/bad-line-end' : 'http/bad-field-value';
          return this.#malformed(code, 'the bytes of a field value, then CR and LF', bytes, at);
        }
        const start = spans[span + 2] as number;
        let end = at;
        while (end > start && (bytes[end - 1] === SP || bytes[end - 1] === HTAB)) end -= 1;
        spans[span + 3] = end;
        at += 1;
        state = FIELD_LF;
      }
      if (at === stop) break;
      if (bytes[at] !== LF) return this.#malformed('http/bad-line-end', 'LF after CR', bytes, at);
      at += 1;
      if (state === END_LF) {
        this.position = at;
        this.fieldCount = span >> 2;
        return 'done';
      }
      span += 4;
      state = FIELD_START;
    }
    this.position = at;
    this.fieldCount = span >> 2;
    this.#state = state;
    return 'more';
  }

  #malformed(code: string, expected: string, bytes: Uint8Array, at: number): Refusal {
    return malformed(code, expected, bytes[at] as number, at - this.start);
  }
}
