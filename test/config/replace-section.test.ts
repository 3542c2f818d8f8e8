import { expect, test } from 'vitest';
import { replaceSection } from '../../scripts/replace-section.ts';

const text = 'a\n<!-- one:begin -->\nold\n<!-- one:end -->\nb\n<!-- two:end -->\n<!-- two:begin -->\n';

test('what stands between the markers is replaced, and the rest is left', () => {
  expect(replaceSection(text, 'one', 'new $& text\n')).toBe(text.replace('old', () => '\nnew $& text\n'));
});

test('to replace twice changes nothing more', () => {
  const once = replaceSection(text, 'one', 'new') ?? '';
  expect(replaceSection(once, 'one', 'new')).toBe(once);
});

test.each(['two', 'three'])('without both markers in order there is no section %s', (name) => {
  expect(replaceSection(text, name, 'new')).toBeUndefined();
});
