import { describe, expect, test } from 'vitest';
import { byteString } from '../../../src/protocol/byte-string.ts';
import { byteStringBytes } from '../../../src/protocol/byte-string-bytes.ts';
import { ChunkedReader } from '../../../src/protocol/http1/chunked-reader.ts';

const LIMITS = { maxExtensionBytes: 20, maxTrailerBytes: 30 };

function read(text: string) {
  const reader = new ChunkedReader(LIMITS);
  let data = '';
  const result = reader.push(byteStringBytes(text), 0, (bytes) => {
    data += byteString(bytes);
  });
  return { result, data, next: reader.next, received: reader.received };
}

describe('a chunked body is read', () => {
  // biome-ignore format: one case a line reads as a table
  const accepted: [rfc: string, what: string, body: string, data: string][] = [
    ['9112 7.1', 'nothing', '0\r\n\r\n', ''],
    ['9112 7.1', 'two chunks', '3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n', 'abcde'],
    ['9112 7.1', 'data that looks like framing', '5\r\n\r\n0\r\n\r\n0\r\n\r\n', '\r\n0\r\n'],
    ['9112 7.1', 'sizes in any case, zeros before them', `00aA\r\n${'x'.repeat(170)}\r\n000\r\n\r\n`, 'x'.repeat(170)],
    ['9112 7.1.1', 'extensions, passed over', '1;a=b;c="d;\xe4"\r\nx\r\n0;e\r\n\r\n', 'x'],
    ['9112 7.1.1', 'a blank before an extension', '1 \t;a\r\nx\r\n0\r\n\r\n', 'x'],
    ['9112 7.1.2', 'trailers, discarded', '1\r\nx\r\n0\r\nA: b\r\nHost:c\r\n\r\n', 'x'],
  ];

  test.each(accepted)('RFC %s: %s', (_rfc, _what, body, data) => {
    expect(read(`${body}GET`)).toEqual({ result: 'done', data, next: body.length, received: data.length });
  });

  test('up to where it goes', () => {
    expect(read('3\r\nab')).toEqual({ result: 'more', data: 'ab', next: 5, received: 2 });
  });

  test('without a copy: the data is part of what came', () => {
    const chunk = byteStringBytes('1\r\nx\r\n0\r\n\r\n');
    const buffers: ArrayBufferLike[] = [];
    new ChunkedReader().push(chunk, 0, (bytes) => buffers.push(bytes.buffer));
    expect(buffers).toEqual([chunk.buffer]);
    expect(buffers[0]).toBe(chunk.buffer);
  });

  test('and after `done` nothing more is taken, until the reader is reset', () => {
    const reader = new ChunkedReader();
    const body = byteStringBytes('1\r\nx\r\n0\r\n\r\n');
    const ignore = () => undefined;
    reader.push(body, 0, ignore);
    expect([reader.push(body, 0, ignore), reader.next]).toEqual(['done', 0]);
    reader.reset();
    expect([reader.push(body, 0, ignore), reader.next, reader.received]).toEqual(['done', body.length, 1]);
  });
});

describe('a chunked body is refused', () => {
  // biome-ignore format: one case a line reads as a table
  const refused: [rfc: string, what: string, body: string, status: number, code: string][] = [
    ['9112 7.1', 'no size', '\r\n', 400, 'http/bad-chunk-size'],
    ['9112 7.1', 'a size that is no number', 'g\r\n', 400, 'http/bad-chunk-size'],
    ['9112 7.1', 'a size with 0x', '0x1\r\n', 400, 'http/bad-chunk-size'],
    ['9112 7.1', 'a size with a sign', '+1\r\n', 400, 'http/bad-chunk-size'],
    ['9112 7.1', 'a blank before the size', ' 1\r\n', 400, 'http/bad-chunk-size'],
    ['9112 7.1', 'a blank and nothing after the size', '1 \r\n', 400, 'http/bad-chunk-size'],
    ['9112 7.1', 'LF alone after the size', '1\nx', 400, 'http/bad-chunk-size'],
    ['9112 7.1', 'CR alone after the size', '1\rx', 400, 'http/bad-line-end'],
    ['9112 7.1', 'a size of 2^53', '20000000000000\r\n', 413, 'http/chunk-too-large'],
    ['9112 7.1', 'a size over 2^64', '10000000000000001\r\n', 413, 'http/chunk-too-large'],
    ['9112 7.1', 'a size that does not end', '0'.repeat(33), 400, 'http/bad-chunk-size'],
    ['9112 7.1', 'more data than its size', '1\r\nxy\r\n', 400, 'http/bad-chunk-end'],
    ['9112 7.1', 'LF alone after the data', '1\r\nx\n', 400, 'http/bad-chunk-end'],
    ['9112 7.1', 'CR alone after the data', '1\r\nx\r0', 400, 'http/bad-line-end'],
    ['9112 7.1.1', 'LF alone after an extension', '1;a\nx', 400, 'http/bad-chunk-extension'],
    ['9112 7.1.1', 'CR alone in an extension', '1;a\rb\r\n', 400, 'http/bad-line-end'],
    ['9112 7.1.1', 'NUL in an extension', '1;\0\r\n', 400, 'http/bad-chunk-extension'],
    ['9112 7.1.1', 'a long extension', `1;${'a'.repeat(21)}`, 400, 'http/chunk-extensions-too-large'],
    ['9112 7.1.1', 'small chunks with much extension', `1;${'a'.repeat(19)}\r\nx\r\n`.repeat(20), 400, 'http/chunk-extensions-too-large'],
    ['9112 7.1.2', 'a trailer without a name', '0\r\n: a\r\n', 400, 'http/bad-trailer'],
    ['9112 7.1.2', 'a trailer without a colon', '0\r\nA\r\n', 400, 'http/bad-trailer'],
    ['9112 7.1.2', 'a blank before the colon', '0\r\nA : b\r\n', 400, 'http/bad-trailer'],
    ['9112 7.1.2', 'a folded trailer', '0\r\nA: b\r\n c\r\n', 400, 'http/bad-trailer'],
    ['9112 7.1.2', 'NUL in a trailer', '0\r\nA: \0\r\n', 400, 'http/bad-trailer'],
    ['9112 7.1.2', 'LF alone after a trailer', '0\r\nA: b\n', 400, 'http/bad-trailer'],
    ['9112 7.1.2', 'CR alone in a trailer', '0\r\nA: b\rc', 400, 'http/bad-line-end'],
    ['9112 7.1.2', 'LF alone at the end', '0\r\n\n', 400, 'http/bad-trailer'],
    ['9112 7.1.2', 'CR alone at the end', '0\r\n\r\r\n', 400, 'http/bad-line-end'],
    ['6585 5', 'long trailers', `0\r\n${'A: b\r\n'.repeat(6)}`, 431, 'http/trailers-too-large'],
  ];

  test.each(refused)('RFC %s: %s', (_rfc, _what, body, status, code) => {
    expect(read(body).result).toMatchObject({ kind: 'refusal', status, code });
  });

  test('and stays refused', () => {
    const reader = new ChunkedReader();
    const ignore = () => undefined;
    const refused = reader.push(byteStringBytes('g'), 0, ignore);
    expect(reader.push(byteStringBytes('0\r\n\r\n'), 0, ignore)).toBe(refused);
  });
});

test('extensions that do not outweigh the data are read, however many there are', () => {
  const chunk = `40;${'a'.repeat(20)}\r\n${'x'.repeat(64)}\r\n`;
  expect(read(`${chunk.repeat(100)}0\r\n\r\n`)).toMatchObject({ result: 'done', received: 6400 });
});
