import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byteStringBytes } from '../../../src/protocol/byte-string-bytes.ts';
import { encodeNetstring } from '../../../src/protocol/scgi/encode-netstring.ts';
import { ScgiHead } from '../../../src/protocol/scgi/scgi-head.ts';
import { ScgiHeadReader } from '../../../src/protocol/scgi/scgi-head-reader.ts';
import { cutIntoChunks } from '../../support/cut-into-chunks.ts';

const BOUND = 300;

function netstringOf(...parts: string[]): Uint8Array {
  return encodeNetstring(byteStringBytes(parts.map((part) => `${part}\0`).join('')));
}

/** What the reader makes of these chunks, and how many bytes it took. */
function read(chunks: readonly Uint8Array[]) {
  const reader = new ScgiHeadReader(BOUND);
  let taken = 0;
  for (const chunk of chunks) {
    const result = reader.push(chunk);
    taken += reader.next;
    if (result === 'more') continue;
    if (result instanceof ScgiHead) {
      return { contentLength: result.contentLength, variables: Object.fromEntries(result.entries()), taken };
    }
    return { status: result.status, code: result.code };
  }
  return 'more';
}

const HEAD = ['CONTENT_LENGTH', '0', 'SCGI', '1'];

describe('the head of an SCGI request', () => {
  test('gives its variables, the length of the body and the body’s first byte', () => {
    const head = netstringOf(
      'CONTENT_LENGTH',
      '27',
      'SCGI',
      '1',
      'REQUEST_METHOD',
      'POST',
      'QUERY_STRING',
      '',
    );
    const reader = new ScgiHeadReader(BOUND);
    const read = reader.push(
      byteStringBytes(`..${String.fromCharCode(...head)}What is the answer to life?`),
      2,
    );
    expect(read).toBeInstanceOf(ScgiHead);
    if (!(read instanceof ScgiHead)) return;
    expect(reader.next).toBe(2 + head.length);
    expect(read.contentLength).toBe(27);
    expect(read.meta('CONTENT_LENGTH')).toBe('27');
    expect(read.meta('REQUEST_METHOD')).toBe('POST');
    expect(read.meta('QUERY_STRING')).toBe('');
    expect(read.meta('HTTP_HOST')).toBeUndefined();
    expect(read.meta('SCGI')).toBeUndefined();
    expect(read.meta('constructor')).toBeUndefined();
  });

  test('has no variable CONTENT_LENGTH without a body (RFC 3875, section 4.1.2)', () => {
    expect(read([netstringOf(...HEAD)])).toEqual({ contentLength: 0, variables: {}, taken: 28 });
  });

  test('has the length as one number, whatever zeros came before it', () => {
    const head = netstringOf('CONTENT_LENGTH', '010', 'SCGI', '1');
    expect(read([head])).toMatchObject({ contentLength: 10, variables: { CONTENT_LENGTH: '10' } });
  });

  test('may have SCGI in any place after the first', () => {
    expect(read([netstringOf('CONTENT_LENGTH', '0', 'A', 'b', 'SCGI', '1')])).toMatchObject({
      variables: { A: 'b' },
    });
  });

  test.each([
    [
      'fields merge',
      ['HTTP_ACCEPT', 'a', 'HTTP_ACCEPT', 'b', 'HTTP_ACCEPT', 'c'],
      { HTTP_ACCEPT: 'a, b, c' },
    ],
    ['cookies merge', ['HTTP_COOKIE', 'a=1', 'HTTP_COOKIE', 'b=2'], { HTTP_COOKIE: 'a=1; b=2' }],
    [
      'of what the front server says, the last wins',
      ['SERVER_NAME', 'a', 'SERVER_NAME', 'b'],
      { SERVER_NAME: 'b' },
    ],
    ['HTTP_PROXY never gets through', ['HTTP_PROXY', 'a', 'A', 'b', 'HTTP_PROXY', 'c'], { A: 'b' }],
    ['names from the language’s objects are names', ['__proto__', 'a', 'toString', 'b'], { toString: 'b' }],
  ])('%s', (_, parts, variables) => {
    expect(read([netstringOf(...HEAD, ...parts)])).toMatchObject({ variables });
  });

  test.each([
    ['no variables', encodeNetstring(new Uint8Array(0))],
    ['no NUL at its end', encodeNetstring(byteStringBytes('CONTENT_LENGTH\x000\0SCGI\x001\0A'))],
    ['a name without a value', netstringOf(...HEAD, 'A')],
    ['CONTENT_LENGTH not first', netstringOf('SCGI', '1', 'CONTENT_LENGTH', '0')],
    ['no CONTENT_LENGTH', netstringOf('SCGI', '1')],
    ['an empty CONTENT_LENGTH', netstringOf('CONTENT_LENGTH', '', 'SCGI', '1')],
    ['a negative CONTENT_LENGTH', netstringOf('CONTENT_LENGTH', '-1', 'SCGI', '1')],
    ['a CONTENT_LENGTH that is no number', netstringOf('CONTENT_LENGTH', '1e3', 'SCGI', '1')],
    ['a CONTENT_LENGTH beyond exact numbers', netstringOf('CONTENT_LENGTH', '1'.repeat(16), 'SCGI', '1')],
    ['CONTENT_LENGTH twice', netstringOf(...HEAD, 'CONTENT_LENGTH', '0')],
    ['no SCGI', netstringOf('CONTENT_LENGTH', '0')],
    ['another version of SCGI', netstringOf('CONTENT_LENGTH', '0', 'SCGI', '2')],
    ['SCGI twice', netstringOf(...HEAD, 'SCGI', '1')],
    ['an empty name', netstringOf(...HEAD, '', 'b')],
    ['a name with "="', netstringOf(...HEAD, 'A=B', 'c')],
    ['a name with a line end', netstringOf(...HEAD, 'A\n', 'c')],
  ])('is refused with %s', (_, bytes) => {
    expect(read([bytes])).toEqual({ status: 400, code: 'scgi/bad-head' });
  });

  test.each([
    ['has less of the body than the visitor sends', '5', '20', { code: 'scgi/lost-body', status: 400 }],
    ['has nothing of the body yet', '0', '20', { code: 'scgi/lost-body', status: 400 }],
    ['has more than the visitor said', '20', '5', { code: 'scgi/lost-body', status: 400 }],
    ['has two lengths of the visitor', '5', '5, 5', { code: 'scgi/lost-body', status: 400 }],
    ['agrees with the visitor', '20', '020', { contentLength: 20 }],
    ['keeps the length of the visitor to itself', '20', '', { contentLength: 20 }],
  ])(
    'of a front server that %s: CONTENT_LENGTH %s, HTTP_CONTENT_LENGTH %s',
    (_, length, visitors, expected) => {
      const head = netstringOf('CONTENT_LENGTH', length, 'SCGI', '1', 'HTTP_CONTENT_LENGTH', visitors);
      expect(read([head])).toMatchObject(expected);
    },
  );

  test('is refused where it is no netstring', () => {
    expect(read([byteStringBytes('GET / HTTP/1.1\r\n')])).toEqual({
      status: 400,
      code: 'scgi/bad-netstring',
    });
  });

  test('is refused over the bound', () => {
    expect(read([byteStringBytes(`${BOUND + 1}:`)])).toEqual({ status: 431, code: 'scgi/head-too-large' });
  });

  test('that was refused stays refused', () => {
    const reader = new ScgiHeadReader(BOUND);
    const first = reader.push(netstringOf('A', 'b'));
    expect(reader.push(netstringOf(...HEAD))).toBe(first);
    expect(reader.next).toBe(0);
  });
});

const cuts = fc.array(fc.nat(BOUND), { maxLength: 30 });

describe('whatever comes in whatever pieces', () => {
  test('a head and its body are parted at the same byte', () => {
    const parts = fc.array(
      fc.constantFrom('HTTP_A', 'HTTP_COOKIE', 'B', 'b', '1', '', 'SCGI', 'HTTP_PROXY'),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(parts, fc.string({ maxLength: 20 }), cuts, (more, body, at) => {
        const head = netstringOf(...HEAD, ...more);
        const bytes = byteStringBytes(String.fromCharCode(...head) + body);
        expect(read(cutIntoChunks(bytes, at))).toEqual(read([bytes]));
      }),
      { numRuns: 500 },
    );
  });

  test('garbage is refused or waited for, and never thrown', () => {
    const garbage = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.uint8Array({ maxLength: 200 }).map(encodeNetstring),
      fc.array(fc.string({ maxLength: 8 }), { maxLength: 20 }).map((parts) => netstringOf(...HEAD, ...parts)),
    );
    fc.assert(
      fc.property(garbage, cuts, (bytes, at) => {
        expect(read(cutIntoChunks(bytes, at))).toEqual(read([bytes]));
      }),
      { numRuns: 500 },
    );
  });
});
