import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AnswerReader } from '../../../src/lab/flood/answer-reader.ts';

/** Feeds the text cut at the given places, and says how it was read. */
function read(text: string, cuts: readonly number[] = []) {
  const bytes = Buffer.from(text, 'latin1');
  const reader = new AnswerReader();
  let result: string = 'more';
  let from = 0;
  for (const to of [...cuts.filter((cut) => cut <= bytes.length).toSorted((a, b) => a - b), bytes.length]) {
    if (result === 'more') result = reader.push(bytes.subarray(from, to));
    from = to;
  }
  return { result, status: reader.status, keepAlive: reader.keepAlive, closed: reader.end() };
}

const done = (status: number, keepAlive = true) => ({ result: 'done', status, keepAlive, closed: false });

const WHOLE = [
  ['a length', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello', done(200)],
  ['no body', 'HTTP/1.1 204 \r\n\r\n', done(204)],
  ['304, which may announce a length', 'HTTP/1.1 304 Not Modified\r\ncontent-length: 9\r\n\r\n', done(304)],
  [
    'chunks',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nA;x=1\r\n0123456789\r\n0\r\n\r\n',
    done(200),
  ],
  ['trailers', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\nX: y\r\n\r\n', done(200)],
  [
    'an end of the connection announced',
    'HTTP/1.1 503 Busy\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
    done(503, false),
  ],
  ['HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx', done(200, false)],
  [
    'an interim answer before it',
    'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx',
    done(200),
  ],
] as const;

describe('an answer', () => {
  test.each(WHOLE)('with %s is read to its end', (_, text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  test('is read alike however it is cut', () => {
    fc.assert(
      fc.property(fc.constantFrom(...WHOLE), fc.array(fc.nat(200)), ([, text, expected], cuts) => {
        expect(read(text, cuts)).toEqual(expected);
      }),
    );
  });

  test('is not whole before its last byte', () => {
    for (const [, text] of WHOLE) expect(read(text.slice(0, -1)).result).toBe('more');
  });

  test('without a length ends with the connection', () => {
    expect(read('HTTP/1.1 200 OK\r\n\r\nsome')).toEqual({
      result: 'more',
      status: 200,
      keepAlive: false,
      closed: true,
    });
  });

  test('with a length does not end with the connection', () => {
    expect(read('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nsome').closed).toBe(false);
  });

  test.each([
    ['is no HTTP', 'SSH-2.0-OpenSSH\r\n\r\n'],
    ['has more bytes than announced', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxy'],
    ['has a length that is none', 'HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n'],
    ['has a chunk without a size', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n'],
    ['has a head without end', `HTTP/1.1 200 OK\r\n${'x'.repeat(70_000)}`],
  ])('that %s is malformed', (_, text) => {
    expect(read(text).result).toBe('malformed');
  });
});
