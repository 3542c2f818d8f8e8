import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byteString } from '../../src/protocol/byte-string.ts';
import { byteStringBytes } from '../../src/protocol/byte-string-bytes.ts';
import { writeByteString } from '../../src/protocol/write-byte-string.ts';

const every = Uint8Array.from({ length: 256 }, (_, byte) => byte);

describe('a byte string', () => {
  test('has one unit for each byte, of the same number', () => {
    const text = byteString(every);
    expect(Array.from(text, (unit) => unit.charCodeAt(0))).toEqual([...every]);
  });

  test('can be made of a part of the bytes', () => {
    expect(byteString(byteStringBytes('say hello to them'), 4, 9)).toBe('hello');
    expect(byteString(every, 65, 68)).toBe('ABC');
    expect(byteString(every, 7, 7)).toBe('');
  });

  test.each([0, 1, 4, 5, 8191, 8192, 8193, 70_000, 200_000])('of %i bytes is whole', (length) => {
    const bytes = Uint8Array.from({ length }, (_, index) => (index * 31) % 256);
    expect(byteString(bytes)).toBe(Buffer.from(bytes).toString('latin1'));
  });

  test('gives its bytes back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(byteStringBytes(byteString(bytes))).toEqual(bytes);
      }),
    );
  });

  test('turns what is no byte into a question mark and never into its low byte', () => {
    expect(byteStringBytes('a\u010ab\u0100')).toEqual(byteStringBytes('a?b?'));
  });
});

describe('writing a byte string', () => {
  test('puts the bytes at the offset and returns the one after them', () => {
    const target = new Uint8Array(8);
    expect(writeByteString(target, 2, 'h\u00e9\0')).toBe(5);
    expect([...target]).toEqual([0, 0, 0x68, 0xe9, 0, 0, 0, 0]);
  });

  test.each([
    ['a unit over 255', 'a\u0100', true],
    ['a NUL where none is allowed', 'a\0', false],
  ])('refuses %s', (_, text, nul) => {
    expect(writeByteString(new Uint8Array(8), 0, text, nul)).toBe(-1);
  });
});
