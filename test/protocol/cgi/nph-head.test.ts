import { describe, expect, test } from 'vitest';
import { byteString } from '../../../src/protocol/byte-string.ts';
import { byteStringBytes } from '../../../src/protocol/byte-string-bytes.ts';
import { CgiHeadReader } from '../../../src/protocol/cgi/cgi-head-reader.ts';

function read(text: string, pieceBytes = text.length) {
  const reader = new CgiHeadReader({ maxHeadBytes: 500, nph: true });
  let head: ReturnType<CgiHeadReader['push']> = 'more';
  for (let at = 0; at < text.length && head === 'more'; at += pieceBytes)
    head = reader.push(byteStringBytes(text.slice(at, at + pieceBytes)));
  if (typeof head === 'string') return head;
  if (head.kind !== 'answer') return head.kind;
  return { ...head.head, fields: byteString(head.head.fields) };
}

describe('the head of a whole HTTP response (RFC 3875, section 5)', () => {
  test.each([1, 3, 1000])('is read, in pieces of %i bytes', (pieceBytes) => {
    const head = 'HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\nX-A: b\r\nConnection: close\r\n\r\n';
    expect(read(head, pieceBytes)).toEqual({
      status: 404,
      reason: 'Not Found',
      fields: 'X-A: b\r\n',
      contentLength: 3,
      hasDate: false,
    });
  });

  test.each([
    ['HTTP/1.0 200\n\n', 200, ''],
    ['HTTP/1.1 200 \r\n\r\n', 200, ''],
    ['HTTP/1.0 299 \xfcber Ma\xdf\r\n\r\n', 299, '\xfcber Ma\xdf'],
    ['HTTP/1.1 200 OK\r\nStatus: 200 OK\r\n\r\n', 200, 'OK'],
    ['HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\n\r\n', 302, 'Found'],
  ])('may be %j', (head, status, reason) => {
    expect(read(head)).toMatchObject({ status, reason });
  });

  test.each([
    'Content-Type: text/plain\r\n\r\n',
    'Status: 200\r\n\r\n',
    'HTTP/2 200 OK\r\n\r\n',
    'HTTP/1.2 200 OK\r\n\r\n',
    'HTTP/1.1200 OK\r\n\r\n',
    'HTTP/1.1  200 OK\r\n\r\n',
    'HTTP/1.1\t200 OK\r\n\r\n',
    ' HTTP/1.1 200 OK\r\n\r\n',
    'http/1.1 200 OK\r\n\r\n',
    'HTTP/1.1 20 OK\r\n\r\n',
    'HTTP/1.1 2000 OK\r\n\r\n',
    'HTTP/1.1 100 Continue\r\n\r\n',
    'HTTP/1.1 600 Much\r\n\r\n',
    'HTTP/1.1 200 O\0K\r\n\r\n',
    'HTTP/1.1 200 O\rK\r\n\r\n',
    'HTTP/1.1 200 OK\r\nHTTP/1.1 200 OK\r\n\r\n',
    'HTTP/1.1 200 OK\r\nStatus: 404\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
    '\r\n',
  ])('is never %j', (head) => {
    expect(read(head)).toBe('bad-head');
  });
});
