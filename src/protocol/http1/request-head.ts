import { byteString } from '../byte-string.ts';
import type { ControlFields } from './control-fields.ts';
import type { RequestLine } from './request-line.ts';

const HTTP_PREFIX = 'HTTP_'.length;
const HYPHEN = 0x2d;
const UNDERSCORE = 0x5f;
const LOWER_A = 0x61;
const LOWER_Z = 0x7a;
const CASE = 0x20;

/**
 * The head of one request, well-formed, over the bytes that it came in: nothing is copied, and strings are made when asked for. All
 * positions are in `bytes`, which may hold other things before and after the head and must stay unchanged as long as this is used.
 * Names, values and targets are byte strings.
 */
export class RequestHead {
  readonly kind = 'head';
  readonly bytes: Uint8Array;
  readonly method: string;
  /**
   * Path and query. Where the target came in absolute form (`http://host/path`) they begin after the authority, and may be empty
   * or begin with `?`: `target()` knows what that means.
   */
  readonly targetStart: number;
  readonly targetEnd: number;
  /** The authority of a target in absolute form, which counts in place of Host (RFC 9112, section 3.2.2); else both are -1. */
  readonly authorityStart: number;
  readonly authorityEnd: number;
  readonly minorVersion: 0 | 1;
  readonly fieldCount: number;
  /** Four for each field: start and end of its name, start and end of its value. May be longer than the fields need. */
  readonly spans: Int32Array;
  /** Index of the Host field; -1 where there is none. */
  readonly hostField: number;
  /** At most `Number.MAX_SAFE_INTEGER`; nothing where it was not said. */
  readonly contentLength: number | undefined;
  readonly chunked: boolean;
  /** The visitor would like to send another request on this connection. */
  readonly keepAlive: boolean;
  /** The visitor waits for 100 before it sends the body. Never without a body. */
  readonly expectContinue: boolean;
  readonly hasBody: boolean;
  #target: string | undefined;
  #host: string | undefined;

  constructor(
    bytes: Uint8Array,
    spans: Int32Array,
    fieldCount: number,
    line: RequestLine,
    control: ControlFields,
  ) {
    this.bytes = bytes;
    this.method = line.method;
    this.targetStart = line.targetStart;
    this.targetEnd = line.targetEnd;
    this.authorityStart = line.authorityStart;
    this.authorityEnd = line.authorityEnd;
    this.minorVersion = line.minorVersion;
    this.fieldCount = fieldCount;
    this.spans = spans;
    this.hostField = control.hostField;
    this.contentLength = control.contentLength;
    this.chunked = control.chunked;
    this.keepAlive = control.keepAlive;
    this.expectContinue = control.expectContinue;
    this.hasBody = control.chunked || (control.contentLength ?? 0) > 0;
  }

  /** The target in origin form, `/path?query`, or `*`: what came in absolute form is brought to it (RFC 9112, section 3.2.4). */
  target(): string {
    this.#target ??= this.#makeTarget();
    return this.#target;
  }

  #makeTarget(): string {
    const text = byteString(this.bytes, this.targetStart, this.targetEnd);
    if (this.authorityStart < 0 || text.startsWith('/')) return text;
    return text === '' && this.method === 'OPTIONS' ? '*' : `/${text}`;
  }

  /** The authority of the target where it has one, else the value of Host. May be empty. */
  host(): string | undefined {
    // Asked for the route, for HTTP_HOST and for SERVER_NAME.
    this.#host ??= this.#makeHost();
    return this.#host;
  }

  #makeHost(): string | undefined {
    if (this.authorityStart >= 0) return byteString(this.bytes, this.authorityStart, this.authorityEnd);
    return this.hostField < 0 ? undefined : this.fieldValue(this.hostField);
  }

  /** `field` is from 0 to `fieldCount` - 1. The name is as the visitor wrote it. */
  fieldName(field: number): string {
    return byteString(this.bytes, this.#span(field, 0), this.#span(field, 1));
  }

  /** Without the blanks around it. */
  fieldValue(field: number): string {
    return byteString(this.bytes, this.#span(field, 2), this.#span(field, 3));
  }

  /**
   * Might this field be the one that becomes the variable (`HTTP_USER_AGENT`, `CONTENT_TYPE`)? Compares without regard to case, and takes a
   * hyphen for an underscore; makes no string. No means no; yes is to be checked against the rules of variables.
   */
  fieldIs(field: number, variable: string): boolean {
    const start = this.#span(field, 0);
    const skipped = variable.startsWith('HTTP_') ? HTTP_PREFIX : 0;
    const length = variable.length - skipped;
    if (this.#span(field, 1) - start !== length) return false;
    for (let index = 0; index < length; index++) {
      const byte = this.bytes[start + index] as number;
      const unit = byte === HYPHEN ? UNDERSCORE : byte >= LOWER_A && byte <= LOWER_Z ? byte - CASE : byte;
      if (unit !== variable.charCodeAt(skipped + index)) return false;
    }
    return true;
  }

  #span(field: number, part: 0 | 1 | 2 | 3): number {
    if (field < 0 || field >= this.fieldCount)
      throw new RangeError(`no field ${field} of ${this.fieldCount}`);
    return this.spans[4 * field + part] as number;
  }
}
