import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byteStringBytes } from '../../src/protocol/byte-string-bytes.ts';
import { decimalValue } from '../../src/protocol/decimal-value.ts';
import { equalsLowerCase } from '../../src/protocol/equals-lower-case.ts';
import { fieldValueBytes } from '../../src/protocol/field-value-bytes.ts';
import { tokenBytes } from '../../src/protocol/token-bytes.ts';

const every = Array.from({ length: 256 }, (_, byte) => byte);
const literal = byteStringBytes('keep-alive');

describe('comparing with a lower-case literal', () => {
  test.each([
    ['keep-alive', true],
    ['Keep-Alive', true],
    ['KEEP-ALIVE', true],
    ['keep-aliv', false],
    ['keep-alives', false],
    ['keep\ralive', false],
    ['\x0beep-alive', false],
    ['', false],
  ])('%j: %s', (text, equal) => {
    const bytes = byteStringBytes(`--${text}--`);
    expect(equalsLowerCase(bytes, 2, 2 + text.length, literal)).toBe(equal);
  });

  test('agrees with the language for every pair of bytes', () => {
    for (const a of every) {
      for (const b of every) {
        const lower = String.fromCharCode(b).replace(/[A-Z]/, (letter) => letter.toLowerCase());
        const same = String.fromCharCode(a).replace(/[A-Z]/, (letter) => letter.toLowerCase()) === lower;
        if (equalsLowerCase(Uint8Array.of(a), 0, 1, byteStringBytes(lower)) !== same)
          expect.fail(`${a} and ${b}`);
      }
    }
    expect(every).toHaveLength(256);
  });
});

describe('kinds of bytes', () => {
  test('a token has 77 kinds of characters (RFC 9110, section 5.6.2)', () => {
    expect(every.filter((byte) => tokenBytes[byte] === 1)).toHaveLength(77);
    expect(every.filter((byte) => /[\w!#$%&'*+.^`|~-]/.test(String.fromCharCode(byte)))).toEqual(
      every.filter((byte) => tokenBytes[byte] === 1),
    );
  });

  test('a field value has no control but the tab (RFC 9110, section 5.5)', () => {
    const refused = every.filter((byte) => fieldValueBytes[byte] === 0);
    expect(refused).toEqual([...every.slice(0, 9), ...every.slice(10, 32), 127]);
  });
});

describe('a decimal number', () => {
  test.each([
    ['0', 0],
    ['007', 7],
    ['999999999999999', 999_999_999_999_999],
    ['1000000000000000', -1],
    ['', -1],
    ['-1', -1],
    ['+1', -1],
    ['1 ', -1],
    ['0x1', -1],
    ['1e3', -1],
    ['\xb2', -1],
  ])('%j: %i', (text, value) => {
    expect(decimalValue(byteStringBytes(text), 0, text.length)).toBe(value);
  });

  test('comes back as it was written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999_999_999_999 }), (value) => {
        expect(decimalValue(byteStringBytes(`x${value}x`), 1, 1 + String(value).length)).toBe(value);
      }),
    );
  });
});
