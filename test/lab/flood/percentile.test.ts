import { expect, test } from 'vitest';
import { percentile } from '../../../src/lab/flood/percentile.ts';

test.each([
  [[], 0.5, undefined],
  [[7], 0.99, 7],
  [[3, 1, 2], 0.5, 2],
  [[4, 10, 1, 3], 0.5, 3],
  [Array.from({ length: 100 }, (_, index) => 100 - index), 0.99, 99],
  [Array.from({ length: 101 }, (_, index) => index), 0.99, 99],
  [[1, 2], 1, 2],
  [[1, 2], 0, 1],
])('the percentile of %j at %d is %d', (values, share, expected) => {
  expect(percentile(values, share)).toBe(expected);
});
