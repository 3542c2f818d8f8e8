import { expect, test } from 'vitest';
import { History } from '../../../src/admin/status-page/history.ts';

test('keeps the last five minutes', () => {
  const history = new History(1);
  for (let second = 0; second <= 400; second++) history.add(second, [second]);
  expect([history.columns[0][0], history.columns[1]?.[0], history.columns[0].length]).toEqual([
    100, 100, 301,
  ]);
});

test('shows a pause as a gap', () => {
  const history = new History(2);
  history.add(1, [10, null]);
  history.add(2, [11, 5]);
  history.add(60, [12, 6]);
  expect(history.columns).toEqual([
    [1, 2, 3, 60],
    [10, 11, null, 12],
    [null, 5, null, 6],
  ]);
});
