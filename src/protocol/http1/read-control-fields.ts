import { type Refusal, refusal } from '../../core/refusal.ts';
import { byteStringBytes } from '../byte-string-bytes.ts';
import { equalsLowerCase } from '../equals-lower-case.ts';
import type { ControlFields } from './control-fields.ts';
import { excerpt } from './excerpt.ts';
import { hasListMember } from './has-list-member.ts';
import { isHost } from './is-host.ts';
import { readContentLength } from './read-content-length.ts';

const HTAB = 0x09;
const CR = 0x0d;

const HOST = byteStringBytes('host');
const EXPECT = byteStringBytes('expect');
const CONNECTION = byteStringBytes('connection');
const CONTENT_LENGTH = byteStringBytes('content-length');
const TRANSFER_ENCODING = byteStringBytes('transfer-encoding');
const CLOSE = byteStringBytes('close');
const KEEP_ALIVE = byteStringBytes('keep-alive');
const CHUNKED = byteStringBytes('chunked');
const CONTINUE = byteStringBytes('100-continue');

/**
 * Host, Content-Length, Transfer-Encoding, Connection and Expect of a scanned head: RFC 9112, sections 3.2, 6 and 9.3; RFC 9110,
 * section 10.1.1. Whatever two readers could take for different bodies is refused (RFC 9112, section 11.2).
 */
export function readControlFields(
  bytes: Uint8Array,
  spans: Int32Array,
  fieldCount: number,
  minorVersion: 0 | 1,
): ControlFields | Refusal {
  let hostField = -1;
  let contentLength: number | undefined;
  let chunked = false;
  let close = false;
  let keepAlive = minorVersion === 1;
  let expectContinue = false;
  let unknownExpectation = -1;
  let unknownEncoding = -1;
  for (let field = 0; field < fieldCount; field += 1) {
    const nameStart = spans[4 * field] as number;
    const nameEnd = spans[4 * field + 1] as number;
    const start = spans[4 * field + 2] as number;
    const end = spans[4 * field + 3] as number;
    switch (nameEnd - nameStart) {
      case 4:
        if (!equalsLowerCase(bytes, nameStart, nameEnd, HOST)) break;
        if (hostField >= 0) return refusal(400, 'http/repeated-host', 'expected one Host field, found more');
        if (!isHost(bytes, start, end)) {
          return refusal(
            400,
            'http/bad-host',
            `expected a host and perhaps a port, found ${excerpt(bytes, start, end)}`,
          );
        }
        hostField = field;
        break;
      case 6:
        if (!equalsLowerCase(bytes, nameStart, nameEnd, EXPECT)) break;
        if (equalsLowerCase(bytes, start, end, CONTINUE)) expectContinue = true;
        else unknownExpectation = field;
        break;
      case 10:
        if (!equalsLowerCase(bytes, nameStart, nameEnd, CONNECTION)) break;
        if (hasListMember(bytes, start, end, CLOSE)) close = true;
        else if (hasListMember(bytes, start, end, KEEP_ALIVE)) keepAlive = true;
        break;
      case 14: {
        if (!equalsLowerCase(bytes, nameStart, nameEnd, CONTENT_LENGTH)) break;
        if (contentLength !== undefined) {
          return refusal(
            400,
            'http/repeated-content-length',
            'expected one Content-Length field, found more',
          );
        }
        if (hasTab(bytes, nameEnd)) return tabRefusal('Content-Length');
        const length = readContentLength(bytes, start, end);
        if (typeof length !== 'number') return length;
        contentLength = length;
        break;
      }
      case 17:
        if (!equalsLowerCase(bytes, nameStart, nameEnd, TRANSFER_ENCODING)) break;
        if (chunked || unknownEncoding >= 0) {
          return refusal(
            400,
            'http/repeated-transfer-encoding',
            'expected one Transfer-Encoding field, found more',
          );
        }
        if (hasTab(bytes, nameEnd)) return tabRefusal('Transfer-Encoding');
        if (equalsLowerCase(bytes, start, end, CHUNKED)) chunked = true;
        else unknownEncoding = field;
        break;
    }
  }
  if (hostField < 0 && minorVersion === 1) {
    return refusal(400, 'http/missing-host', 'expected a Host field, found none');
  }
  if (chunked || unknownEncoding >= 0) {
    if (minorVersion === 0) {
      return refusal(
        400,
        'http/transfer-encoding-in-1.0',
        'expected no Transfer-Encoding in HTTP/1.0, found one',
      );
    }
    if (contentLength !== undefined) {
      return refusal(400, 'http/two-framings', 'expected Content-Length or Transfer-Encoding, found both');
    }
    if (unknownEncoding >= 0) {
      return refusal(
        501,
        'http/unknown-transfer-encoding',
        `expected Transfer-Encoding "chunked", found ${fieldValue(bytes, spans, unknownEncoding)}`,
      );
    }
  }
  // An expectation in HTTP/1.0 is to be ignored.
  if (unknownExpectation >= 0 && minorVersion === 1) {
    return refusal(
      417,
      'http/unknown-expectation',
      `expected Expect "100-continue", found ${fieldValue(bytes, spans, unknownExpectation)}`,
    );
  }
  return {
    hostField,
    contentLength,
    chunked,
    keepAlive: keepAlive && !close,
    expectContinue: expectContinue && minorVersion === 1 && (chunked || (contentLength ?? 0) > 0),
  };
}

/**
 * Is there a tab between the name and the end of the line? The grammar allows one around a value, but some readers then do not know
 * the value, and so see a request without a body where others see one.
 */
function hasTab(bytes: Uint8Array, nameEnd: number): boolean {
  let at = nameEnd;
  while (bytes[at] !== CR && bytes[at] !== HTAB) at += 1;
  return bytes[at] === HTAB;
}

function tabRefusal(name: string): Refusal {
  return refusal(400, 'http/tab-in-framing-field', `expected ${name} without tabs, found one`);
}

function fieldValue(bytes: Uint8Array, spans: Int32Array, field: number): string {
  return excerpt(bytes, spans[4 * field + 2] as number, spans[4 * field + 3] as number);
}
