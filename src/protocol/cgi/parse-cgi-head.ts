import type { CgiHead } from '../../core/backend.ts';
import { byteString } from '../byte-string.ts';
import { byteStringBytes } from '../byte-string-bytes.ts';
import { connectionFields } from '../connection-fields.ts';
import { decimalValue } from '../decimal-value.ts';
import { equalsLowerCase } from '../equals-lower-case.ts';
import { fieldValueBytes } from '../field-value-bytes.ts';
import { tokenBytes } from '../token-bytes.ts';

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const COLON = 0x3a;

const STATUS = byteStringBytes('status');
const LOCATION = byteStringBytes('location');
const CONTENT_TYPE = byteStringBytes('content-type');
const CONTENT_LENGTH = byteStringBytes('content-length');
const DATE = byteStringBytes('date');
const TRANSFER_ENCODING = byteStringBytes('transfer-encoding');
/** Up to the minor version. */
const HTTP_1 = byteStringBytes('HTTP/1.');

/** How the answer travels is the listener's business. */
const HOP_BY_HOP = connectionFields.map((name) => byteStringBytes(name));

/**
 * Reads the first `length` bytes of `head`, which end with the empty line, as a CGI response head (RFC 3875, section 6.3).
 *
 * As lenient as servers in use where the meaning is plain: a document may lack Content-Type if it has a Status, other
 * fields may stand beside a Location, repeats of Content-Type and Content-Length that agree are one. What could be
 * read in two ways is `bad-head`.
 *
 * With `nph` it begins with a status line of HTTP/1 (section 5), is always an answer, and is `bad-head` with a Transfer-Encoding:
 * the body is passed on as it comes.
 */
export function parseCgiHead(head: Uint8Array, length: number, nph = false): CgiHead | 'bad-head' {
  const parser = new CgiHeadParser(head, length, nph);
  let at = nph ? parser.statusLine() : 0;
  if (at < 0) return 'bad-head';
  while (head[at] !== LF && !(head[at] === CR && head[at + 1] === LF)) {
    at = parser.line(at);
    if (at < 0) return 'bad-head';
  }
  return parser.head();
}

/** The lines of one head. Field lines that stay are copied as bytes; strings are made of three values only. */
class CgiHeadParser {
  readonly #bytes: Uint8Array;
  readonly #nph: boolean;
  /** The shortest line, `a:` and LF, grows by two bytes, so twice the length is room enough. */
  readonly #fields: Uint8Array;
  #fieldsEnd = 0;
  #status = 0;
  #reason = '';
  #location: string | undefined;
  /** Where the value of Content-Type stands in the fields. */
  #typeFrom = 0;
  #typeTo = 0;
  #contentLength: number | undefined;
  #hasDate = false;
  /** Fields beside Location that the visitor would see. */
  #otherFields = 0;

  constructor(bytes: Uint8Array, length: number, nph: boolean) {
    this.#bytes = bytes;
    this.#nph = nph;
    this.#fields = new Uint8Array(2 * length);
  }

  /** Takes `HTTP/1.1 404 Not Found` at the start; returns as `line` does. */
  statusLine(): number {
    const bytes = this.#bytes;
    for (let index = 0; index < HTTP_1.length; index++) if (bytes[index] !== HTTP_1[index]) return -1;
    const minor = bytes[HTTP_1.length];
    const from = HTTP_1.length + 2;
    if ((minor !== 0x30 && minor !== 0x31) || bytes[from - 1] !== SPACE) return -1;
    let end = from;
    while (fieldValueBytes[bytes[end] as number] === 1) end++;
    const to = end;
    if (bytes[end] === CR) end++;
    return bytes[end] === LF && this.#takeStatus(from, to) ? end + 1 : -1;
  }

  /** Takes the line that begins at `at`, and returns where the next one begins, or -1 where this one is bad. */
  line(at: number): number {
    const bytes = this.#bytes;
    let nameEnd = at;
    while (tokenBytes[bytes[nameEnd] as number] === 1) nameEnd++;
    if (nameEnd === at || bytes[nameEnd] !== COLON) return -1;
    let from = nameEnd + 1;
    while (isBlank(bytes[from])) from++;
    let end = from;
    while (fieldValueBytes[bytes[end] as number] === 1) end++;
    let to = end;
    while (to > from && isBlank(bytes[to - 1])) to--;
    if (bytes[end] === CR) end++;
    if (bytes[end] !== LF) return -1;
    return this.#field(at, nameEnd, from, to) ? end + 1 : -1;
  }

  head(): CgiHead | 'bad-head' {
    const location = this.#location;
    if (this.#status === 0) {
      if (location === '' || (location === undefined && this.#typeFrom === 0)) return 'bad-head';
      if (location !== undefined && this.#isLocalRedirect(location)) {
        return { kind: 'local-redirect', target: location };
      }
      this.#status = location === undefined ? 200 : 302;
    }
    return {
      kind: 'answer',
      head: {
        status: this.#status,
        reason: this.#reason,
        fields: this.#fields.slice(0, this.#fieldsEnd),
        contentLength: this.#contentLength,
        hasDate: this.#hasDate,
      },
    };
  }

  /**
   * RFC 3875, section 6.2.2: a path and nothing else. With any other field, say Set-Cookie, a redirection inside would
   * lose it, so the visitor is redirected instead. `//host/` names another host; a fragment is for the visitor's eyes.
   */
  #isLocalRedirect(location: string): boolean {
    const alone = this.#otherFields === 0 && (this.#contentLength ?? 0) === 0;
    return alone && /^\/(?!\/)[^#]*$/.test(location);
  }

  /** Names are told apart by their length first: most fields are copied without a comparison. */
  #field(at: number, nameEnd: number, from: number, to: number): boolean {
    const bytes = this.#bytes;
    switch (nameEnd - at) {
      case 4:
        if (equalsLowerCase(bytes, at, nameEnd, DATE)) this.#hasDate = true;
        break;
      case 6:
        // Libraries repeat the status line as a field.
        if (equalsLowerCase(bytes, at, nameEnd, STATUS))
          return this.#nph
            ? decimalValue(bytes, from, Math.min(to, from + 3)) === this.#status
            : this.#takeStatus(from, to);
        break;
      case 8:
        if (equalsLowerCase(bytes, at, nameEnd, LOCATION)) {
          if (this.#location !== undefined) return false;
          this.#location = byteString(bytes, from, to);
          this.#copy(at, nameEnd, from, to);
          return true;
        }
        break;
      case 12:
        if (equalsLowerCase(bytes, at, nameEnd, CONTENT_TYPE)) return this.#takeType(at, nameEnd, from, to);
        break;
      case 14:
        if (equalsLowerCase(bytes, at, nameEnd, CONTENT_LENGTH)) return this.#takeLength(from, to);
        break;
      case 17:
        if (this.#nph && equalsLowerCase(bytes, at, nameEnd, TRANSFER_ENCODING)) return false;
        break;
    }
    for (const name of HOP_BY_HOP) if (equalsLowerCase(bytes, at, nameEnd, name)) return true;
    this.#otherFields++;
    this.#copy(at, nameEnd, from, to);
    return true;
  }

  /** `404` or `404 Not Found`. An interim answer (1xx) is nothing that a program can give (RFC 3875, section 6.3.3). */
  #takeStatus(from: number, to: number): boolean {
    const bytes = this.#bytes;
    if (this.#status !== 0 || to - from < 3 || (to - from > 3 && !isBlank(bytes[from + 3]))) return false;
    const status = decimalValue(bytes, from, from + 3);
    if (status < 200 || status > 599) return false;
    let reason = from + 3;
    while (reason < to && isBlank(bytes[reason])) reason++;
    this.#status = status;
    this.#reason = byteString(bytes, reason, to);
    return true;
  }

  #takeType(at: number, nameEnd: number, from: number, to: number): boolean {
    this.#otherFields++;
    if (this.#typeFrom > 0) {
      if (to - from !== this.#typeTo - this.#typeFrom) return false;
      for (let index = from; index < to; index++) {
        if (this.#bytes[index] !== this.#fields[this.#typeFrom + index - from]) return false;
      }
      return true;
    }
    this.#copy(at, nameEnd, from, to);
    this.#typeTo = this.#fieldsEnd - 2;
    this.#typeFrom = this.#typeTo - (to - from);
    return true;
  }

  #takeLength(from: number, to: number): boolean {
    const length = decimalValue(this.#bytes, from, to);
    if (length < 0 || (this.#contentLength !== undefined && this.#contentLength !== length)) return false;
    this.#contentLength = length;
    return true;
  }

  #copy(at: number, nameEnd: number, from: number, to: number): void {
    const fields = this.#fields;
    let end = this.#fieldsEnd;
    for (let index = at; index <= nameEnd; index++) fields[end++] = this.#bytes[index] as number;
    fields[end++] = SPACE;
    for (let index = from; index < to; index++) fields[end++] = this.#bytes[index] as number;
    fields[end++] = CR;
    fields[end++] = LF;
    this.#fieldsEnd = end;
  }
}

function isBlank(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB;
}
