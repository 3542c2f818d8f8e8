/** What the first bytes of an answer say. */
export type AnswerHeadScan =
  /** `length`: of the head with its empty line; `contentLength`: bytes of the body that follow, where that is known. */
  { readonly length: number; readonly contentLength: number | undefined } | 'more' | 'broken';

const NUL = 0;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const COLON = 0x3a;
const DELETE = 0x7f;

/**
 * Whether bytes from a daemon begin an answer that may be passed on as it is: at least one line, each of them a name without blanks and a
 * colon, and an empty line. What the fields mean is the web server's business, but for the length of the body: short of that
 * an answer is cut. An answer to HEAD has no body, nor one with a status of 204 or 304 (RFC 9110, section 8.6).
 */
export function scanAnswerHead(bytes: Uint8Array, length: number, isHead: boolean): AnswerHeadScan {
  let contentLength: number | undefined;
  let bodiless = isHead;
  for (let at = 0; ; ) {
    const empty = bytes[at] === CR && at < length ? at + 1 : at;
    if (empty >= length) return 'more';
    if (bytes[empty] === LF) {
      if (at === 0) return 'broken';
      return { length: empty + 1, contentLength: bodiless ? undefined : contentLength };
    }
    let colon = at;
    while (colon < length && isNameByte(bytes[colon] as number)) colon++;
    if (colon < length && (bytes[colon] !== COLON || colon === at)) return 'broken';
    let end = colon;
    while (end < length && bytes[end] !== LF) if (bytes[end++] === NUL) return 'broken';
    if (end === length) return 'more';
    const name = latin1(bytes, at, colon).toLowerCase();
    if (name === 'content-length') contentLength = Number.parseInt(latin1(bytes, colon + 1, end), 10) || 0;
    if (name === 'status') bodiless ||= /^[ \t]*(?:204|304)/.test(latin1(bytes, colon + 1, end));
    at = end + 1;
  }
}

function isNameByte(byte: number): boolean {
  return byte > SPACE && byte < DELETE && byte !== COLON;
}

function latin1(bytes: Uint8Array, from: number, to: number): string {
  let text = '';
  for (let at = from; at < to; at++) text += String.fromCharCode(bytes[at] as number);
  return text;
}
