import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byteString } from '../../../src/protocol/byte-string.ts';
import { encodeScgiHead } from '../../../src/protocol/scgi/encode-scgi-head.ts';
import { ScgiHead } from '../../../src/protocol/scgi/scgi-head.ts';
import { ScgiHeadReader } from '../../../src/protocol/scgi/scgi-head-reader.ts';
import { ScgiScratch } from '../../../src/protocol/scgi/scgi-scratch.ts';
import { viewOf } from '../../support/view-of.ts';

const scratch = new ScgiScratch();

function encoded(variables: Iterable<readonly [string, string]>, contentLength = 0) {
  const head = encodeScgiHead(viewOf(variables), contentLength, scratch);
  return head instanceof Uint8Array ? byteString(head) : { status: head.status, code: head.code };
}

describe('the head of an SCGI request', () => {
  test('has the length of the body first, then SCGI, then the variables in their order', () => {
    const variables = [
      ['REQUEST_METHOD', 'POST'],
      ['REQUEST_URI', '/deepthought'],
    ] as const;
    // The example of the SCGI specification.
    const content = 'CONTENT_LENGTH\x0027\0SCGI\x001\0REQUEST_METHOD\0POST\0REQUEST_URI\0/deepthought\0';
    expect(encoded(variables, 27)).toBe(`70:${content},`);
  });

  test('has a length of 0 where there is no body', () => {
    expect(encoded([])).toBe('24:CONTENT_LENGTH\x000\0SCGI\x001\0,');
  });

  test('takes the length of the body from who sends it and not from the view', () => {
    const variables = [
      ['CONTENT_LENGTH', '5'],
      ['SCGI', '2'],
      ['A', 'b'],
    ] as const;
    expect(encoded(variables, 7)).toBe('28:CONTENT_LENGTH\x007\0SCGI\x001\0A\0b\0,');
  });

  test('keeps bytes from 128 on as they are', () => {
    expect(encoded([['PATH_INFO', '/\xe9\xff']])).toContain('PATH_INFO\0/\xe9\xff\0');
  });

  test('may be larger than any before it', () => {
    const value = 'v'.repeat(100_000);
    expect(encoded([['A', value]], 999_999_999_999_999)).toContain(`A\0${value}\0,`);
  });

  test('is the caller’s own: the next one does not change it', () => {
    const first = encodeScgiHead(viewOf({ A: 'first' }), 0, scratch) as Uint8Array;
    const before = first.slice();
    encodeScgiHead(viewOf({ A: 'other' }), 0, scratch);
    expect(first).toEqual(before);
  });

  test.each([
    ['a NUL in a value', [['A', 'b\0HTTPS\0on']], 400, 'scgi/bad-value'],
    ['a value that is no byte string', [['A', '\u0100']], 400, 'scgi/bad-value'],
    ['an empty name', [['', 'b']], 500, 'scgi/bad-name'],
    ['a NUL in a name', [['A\0B', 'b']], 500, 'scgi/bad-name'],
    [
      'a repeated name',
      [
        ['A', 'b'],
        ['C', 'd'],
        ['A', 'b'],
      ],
      500,
      'scgi/bad-name',
    ],
  ] as const)('is refused with %s', (_, variables, status, code) => {
    expect(encoded(variables)).toEqual({ status, code });
  });

  test.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])(
    'is refused for a body of %d bytes',
    (length) => {
      expect(encoded([], length)).toEqual({ status: 500, code: 'scgi/bad-length' });
    },
  );

  test('may have many names that look alike, but none twice', () => {
    const alike = Array.from({ length: 500 }, (_, index) => [`H${index + 1000}TTP_NAME`, 'v'] as const);
    expect(encoded(alike)).toContain('H1000TTP_NAME\0v\0H1001TTP_NAME\0v\0');
    expect(encoded([...alike, ['H1499TTP_NAME', 'w']])).toEqual({ status: 500, code: 'scgi/bad-name' });
  });

  test('is in order again after a refusal', () => {
    expect(encoded([['A', '\0']])).toEqual({ status: 400, code: 'scgi/bad-value' });
    expect(encoded([['A', 'b']])).toBe('28:CONTENT_LENGTH\x000\0SCGI\x001\0A\0b\0,');
  });
});

test('what is encoded is read again by the reader', () => {
  const name = fc
    .stringMatching(/^[A-Z][A-Z0-9_]{0,20}$/)
    .filter((text) => !/^(SCGI|CONTENT_LENGTH|HTTP_PROXY)$/.test(text));
  const value = fc.uint8Array({ maxLength: 50 }).map((bytes) => byteString(bytes.map((byte) => byte || 1)));
  const variables = fc.uniqueArray(fc.tuple(name, value), { maxLength: 40, selector: ([key]) => key });
  fc.assert(
    fc.property(variables, fc.nat(), (entries, contentLength) => {
      const head = encodeScgiHead(viewOf(entries), contentLength, scratch) as Uint8Array;
      const reader = new ScgiHeadReader(10_000);
      const read = reader.push(head);
      expect(reader.next).toBe(head.length);
      expect(read).toBeInstanceOf(ScgiHead);
      const expected =
        contentLength === 0 ? entries : [['CONTENT_LENGTH', String(contentLength)], ...entries];
      expect([...(read as ScgiHead).entries()]).toEqual(expected);
      expect((read as ScgiHead).contentLength).toBe(contentLength);
    }),
  );
});
