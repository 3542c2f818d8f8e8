import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SystemClock } from '../../src/system/system-clock.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

test('an action runs once after its delay, unless it is taken back', () => {
  const clock = new SystemClock();
  const ran: string[] = [];
  clock.after(10, () => ran.push('kept'));
  const takeBack = clock.after(10, () => ran.push('taken back'));
  takeBack();
  takeBack();
  vi.advanceTimersByTime(9);
  expect(ran).toEqual([]);
  vi.advanceTimersByTime(100);
  expect(ran).toEqual(['kept']);
});

test('a delay longer than a timer can take comes at its time, and can be taken back on the way', () => {
  const clock = new SystemClock();
  const month = 30 * 86_400_000;
  let ran = 0;
  clock.after(month, () => {
    ran += 1;
  });
  const takeBack = clock.after(month, () => {
    ran += 100;
  });
  vi.advanceTimersByTime(month - 1);
  expect(ran).toBe(0);
  takeBack();
  vi.advanceTimersByTime(1);
  expect(ran).toBe(1);
});

test('a delay without end never comes', () => {
  const clock = new SystemClock();
  clock.after(Number.POSITIVE_INFINITY, () => expect.unreachable())();
  expect(vi.getTimerCount()).toBe(0);
});
