import { type Refusal, refusal } from '../../core/refusal.ts';
import { byteStringBytes } from '../byte-string-bytes.ts';
import { equalsLowerCase } from '../equals-lower-case.ts';
import { excerpt } from './excerpt.ts';
import type { HeadScanner } from './head-scanner.ts';
import { isHost } from './is-host.ts';
import { methodName } from './method-name.ts';
import type { RequestLine } from './request-line.ts';

const ASTERISK = 0x2a;
const SLASH = 0x2f;
const QUESTION_MARK = 0x3f;
const SCHEMES = [byteStringBytes('http'), byteStringBytes('https')];
const AFTER_SCHEME = byteStringBytes('://');

/** Method, target and version of a scanned head: RFC 9112, section 3; the forms of a target: section 3.2. */
export function readRequestLine(bytes: Uint8Array, scanner: HeadScanner): RequestLine | Refusal {
  const { start, methodEnd, targetEnd, major, minor } = scanner;
  if (major !== 1 || minor > 1) {
    return refusal(
      505,
      'http/unsupported-version',
      `expected HTTP/1.0 or HTTP/1.1, found HTTP/${major}.${minor}`,
    );
  }
  const method = methodName(bytes, start, methodEnd);
  const line: RequestLine = {
    method,
    targetStart: methodEnd + 1,
    targetEnd,
    authorityStart: -1,
    authorityEnd: -1,
    minorVersion: minor === 1 ? 1 : 0,
  };
  if (method === 'CONNECT') return refusal(501, 'http/no-tunnels', 'expected a method other than CONNECT');
  const first = bytes[methodEnd + 1];
  if (first === SLASH) return line;
  if (first === ASTERISK && targetEnd === methodEnd + 2 && method === 'OPTIONS') return line;
  return readAbsoluteForm(bytes, line);
}

function readAbsoluteForm(bytes: Uint8Array, line: RequestLine): RequestLine | Refusal {
  const { targetStart, targetEnd } = line;
  const authorityStart = endOfScheme(bytes, targetStart, targetEnd);
  let authorityEnd = authorityStart;
  while (authorityEnd < targetEnd && bytes[authorityEnd] !== SLASH && bytes[authorityEnd] !== QUESTION_MARK) {
    authorityEnd += 1;
  }
  // RFC 9110, section 4.2.1: an http URI without a host is invalid, and so is a port alone.
  if (
    authorityStart < 0 ||
    !isHost(bytes, authorityStart, authorityEnd) ||
    authorityStart === authorityEnd ||
    bytes[authorityStart] === 0x3a
  ) {
    const found = excerpt(bytes, targetStart, targetEnd);
    return refusal(
      400,
      'http/bad-target',
      `expected a path, "*" with OPTIONS, or an http URI, found ${found}`,
    );
  }
  return { ...line, targetStart: authorityEnd, authorityStart, authorityEnd };
}

/** The first byte after `http://` or `https://`; -1 where there is none of them. */
function endOfScheme(bytes: Uint8Array, start: number, end: number): number {
  for (const scheme of SCHEMES) {
    const colon = start + scheme.length;
    const authority = colon + AFTER_SCHEME.length;
    if (authority > end || !equalsLowerCase(bytes, start, colon, scheme)) continue;
    if (AFTER_SCHEME.every((byte, index) => bytes[colon + index] === byte)) return authority;
  }
  return -1;
}
