import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HOLES, SplicedText } from '../../src/overload/spliced-text.ts';

const asIs = (id: string) => id;
const filled = (text: SplicedText, id: string, retryAfter: string) =>
  new TextDecoder('utf-8', { fatal: true }).decode(text.fill(id, retryAfter));

describe('a spliced text', () => {
  test('has the id and the seconds in every hole', () => {
    const text = new SplicedText(`é${HOLES.requestId}–${HOLES.retryAfter}${HOLES.requestId}!`, asIs);
    expect(filled(text, 'abc', '12')).toBe('éabc–12abc!');
  });

  test('without holes is always the same', () => {
    expect(filled(new SplicedText('as it is', asIs), 'abc', '12')).toBe('as it is');
  });

  test('gives every visitor bytes of their own', () => {
    const text = new SplicedText(`<${HOLES.requestId}>`, asIs);
    const first = text.fill('a', '');
    text.fill('b', '');
    expect(new TextDecoder().decode(first)).toBe('<a>');
  });

  test('has unusual characters of an id escaped, and what is not ASCII shown as ?', () => {
    const text = new SplicedText(HOLES.requestId, (id) => id.replaceAll('<', '&lt;'));
    expect(filled(text, '<\xe4\r\n', '')).toBe('&lt;???');
  });

  test('is the text with its holes replaced, whatever the text', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(HOLES.requestId, HOLES.retryAfter),
    );
    fc.assert(
      fc.property(fc.array(piece), fc.stringMatching(/^[\w.:-]*$/), fc.nat(), (pieces, id, seconds) => {
        const whole = pieces.join('').toWellFormed();
        const expected = whole.replaceAll(HOLES.requestId, id).replaceAll(HOLES.retryAfter, String(seconds));
        expect(filled(new SplicedText(whole, asIs), id, String(seconds))).toBe(expected);
      }),
    );
  });
});
