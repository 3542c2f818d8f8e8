import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CompressedText } from '../../src/overload/compressed-text.ts';
import { HOLES } from '../../src/overload/holes.ts';
import { SplicedText } from '../../src/overload/spliced-text.ts';

const decoded = (bytes: Uint8Array) => new TextDecoder('utf-8', { fatal: true }).decode(bytes);
const plain = (text: string, requestId: string, retryAfter = '') =>
  decoded(new SplicedText(text).fill({ requestId, retryAfter }));

describe('a spliced text', () => {
  test('has the id and the seconds in every hole', () => {
    expect(plain(`é${HOLES.requestId}–${HOLES.retryAfter}${HOLES.requestId}!`, 'abc', '12')).toBe(
      'éabc–12abc!',
    );
  });

  test('without holes is always the same', () => {
    expect(plain('as it is', 'abc')).toBe('as it is');
  });

  test('takes what is missing for nothing, and bytes as they are', () => {
    const text = new SplicedText(`<${HOLES.queue}|${HOLES.retryIn}>`);
    expect(decoded(text.fill({ retryIn: Buffer.from('١٢') }))).toBe('<|١٢>');
  });

  test('gives every visitor bytes of their own', () => {
    const text = new SplicedText(`<${HOLES.requestId}>`);
    const first = text.fill({ requestId: 'a' });
    text.fill({ requestId: 'b' });
    expect(decoded(first)).toBe('<a>');
  });
});

const piece = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.constantFrom(HOLES.requestId, HOLES.retryAfter, HOLES.retryIn),
);
const bytes = fc.string({ unit: 'grapheme' }).map((text) => text.toWellFormed());

test.each([
  ['a spliced text', (text: string) => new SplicedText(text), (filled: Uint8Array) => filled],
  [
    'a compressed text',
    (text: string) => new CompressedText(text),
    (filled: Uint8Array) => gunzipSync(filled),
  ],
])('%s is the text with its holes replaced, whatever the text', (_, make, unpack) => {
  fc.assert(
    fc.property(
      fc.array(piece),
      fc.stringMatching(/^[\w.:-]*$/),
      fc.nat(),
      bytes,
      (pieces, requestId, seconds, words) => {
        const whole = pieces.join('').toWellFormed();
        const expected = whole
          .replaceAll(HOLES.requestId, () => requestId)
          .replaceAll(HOLES.retryAfter, String(seconds))
          .replaceAll(HOLES.retryIn, () => words);
        const filled = make(whole).fill({
          requestId,
          retryAfter: String(seconds),
          retryIn: Buffer.from(words),
        });
        // What unpacks a gzip file checks its sum and its length.
        expect(decoded(unpack(filled))).toBe(expected);
      },
    ),
  );
});
