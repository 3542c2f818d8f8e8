import { expect, test } from 'vitest';
import { boundedMemo } from '../../src/overload/bounded-memo.ts';

test('computes once for a string as long as there is room', () => {
  const computed: string[] = [];
  const length = boundedMemo(2, (key) => {
    computed.push(key);
    return key.length;
  });
  expect([length('a'), length('bb'), length('a'), length('bb')]).toEqual([1, 2, 1, 2]);
  expect(computed).toEqual(['a', 'bb']);
});

test('forgets everything where there is no room for one more', () => {
  const computed: string[] = [];
  const length = boundedMemo(2, (key) => {
    computed.push(key);
    return key.length;
  });
  for (const key of ['a', 'bb', 'ccc', 'ccc', 'a']) length(key);
  expect(computed).toEqual(['a', 'bb', 'ccc', 'a']);
});
