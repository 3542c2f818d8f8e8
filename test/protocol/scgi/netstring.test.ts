import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byteString } from '../../../src/protocol/byte-string.ts';
import { byteStringBytes } from '../../../src/protocol/byte-string-bytes.ts';
import { encodeNetstring } from '../../../src/protocol/scgi/encode-netstring.ts';
import { NetstringReader } from '../../../src/protocol/scgi/netstring-reader.ts';
import { cutIntoChunks } from '../../support/cut-into-chunks.ts';

/** Every content, and the failure that ended it, of bytes that come in these chunks. */
function read(chunks: readonly Uint8Array[], maxBytes: number): (Uint8Array | string)[] {
  const reader = new NetstringReader(maxBytes);
  const results: (Uint8Array | string)[] = [];
  for (const chunk of chunks) {
    let at = 0;
    while (at < chunk.length) {
      const result = reader.push(chunk, at);
      if (result === 'more') break;
      results.push(typeof result === 'string' ? result : result.slice());
      if (typeof result === 'string') return results;
      at = reader.next;
    }
  }
  return results;
}

describe('a netstring', () => {
  test.each([
    ['', '0:,'],
    ['hello', '5:hello,'],
    ['a,b:c', '5:a,b:c,'],
    ['x'.repeat(1000), `1000:${'x'.repeat(1000)},`],
  ])('of %j is %j', (content, netstring) => {
    expect(byteString(encodeNetstring(byteStringBytes(content)))).toBe(netstring);
    expect(read([byteStringBytes(netstring)], 1000)).toEqual([byteStringBytes(content)]);
  });

  test.each([
    ['no digits', ':,', 'malformed'],
    ['a leading zero', '05:hello,', 'malformed'],
    ['two zeros', '00:,', 'malformed'],
    ['a sign', '+5:hello,', 'malformed'],
    ['a space', ' 5:hello,', 'malformed'],
    ['no colon', '5hello,', 'malformed'],
    ['no comma', '5:hello!', 'malformed'],
    ['a length over the bound', '11:hello world,', 'too-large'],
    ['a length beyond all numbers', '9'.repeat(400), 'too-large'],
    ['an HTTP request', 'GET / HTTP/1.1\r\n', 'malformed'],
  ])('is refused with %s', (_, text, failure) => {
    expect(read([byteStringBytes(text)], 10)).toEqual([failure]);
  });

  test('over the bound is refused before its content comes', () => {
    expect(new NetstringReader(99).push(byteStringBytes('100'))).toBe('too-large');
  });

  test.each(['', '5', '5:', '5:hel', '5:hello'])('waits for more after %j', (text) => {
    expect(new NetstringReader(10).push(byteStringBytes(text))).toBe('more');
  });

  test('that failed stays failed', () => {
    const reader = new NetstringReader(10);
    expect(reader.push(byteStringBytes('5:hello!'))).toBe('malformed');
    expect(reader.push(byteStringBytes('5:hello,'))).toBe('malformed');
  });

  test('leaves the bytes after it alone', () => {
    const reader = new NetstringReader(10);
    reader.push(byteStringBytes('..3:abc,body'), 2);
    expect(reader.next).toBe(8);
  });
});

const cuts = fc.array(fc.nat(400), { maxLength: 30 });

describe('whatever comes in whatever pieces', () => {
  test('what was encoded is read again', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 4 }), cuts, (contents, at) => {
        const bytes = byteStringBytes(
          contents.map((content) => byteString(encodeNetstring(content))).join(''),
        );
        expect(read(cutIntoChunks(bytes, at), 100)).toEqual(contents);
      }),
    );
  });

  test('any bytes give the same in one piece as in many', () => {
    const bytes = fc.array(fc.constantFrom(...'0123456789:::,,,ab'), { maxLength: 60 });
    fc.assert(
      fc.property(bytes, cuts, (characters, at) => {
        const whole = byteStringBytes(characters.join(''));
        expect(read(cutIntoChunks(whole, at), 50)).toEqual(read([whole], 50));
      }),
      { numRuns: 500 },
    );
  });
});
