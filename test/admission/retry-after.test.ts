import { describe, expect, test } from 'vitest';
import { RetryAfter } from '../../src/admission/retry-after.ts';
import { seededRandom } from '../../src/core/seeded-random.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

/** 4 at once that take 40 ms each: 100 a second. */
const INFLIGHT = 4;
const BUSY_MS = 40;

function begin() {
  const clock = new VirtualClock();
  const retryAfter = new RetryAfter(clock);
  for (let request = 0; request < 100; request++) retryAfter.served(BUSY_MS);
  return { clock, retryAfter };
}

/** Sheds so many a second for a time; gives what the last one was told. */
function shed({ clock, retryAfter }: ReturnType<typeof begin>, perSecond: number, forMs: number): number {
  let told = 0;
  for (let shed = 0; shed < (perSecond * forMs) / 1000; shed++) {
    clock.advance(1000 / perSecond);
    told = retryAfter.shed(INFLIGHT, 4);
  }
  return told;
}

describe('Retry-After', () => {
  test('is a second for the first few who are shed', () => {
    expect(shed(begin(), 100, 100)).toBe(1000);
  });

  test('is how long it takes to serve all who were sent away, and those who wait', () => {
    // 400 a second are sent away and 100 a second can be served: after 2 s it is 600 and 4 who wait.
    expect(shed(begin(), 400, 2000)).toBeCloseTo(6040, -2);
  });

  test('grows the faster the more come', () => {
    expect(shed(begin(), 900, 2000)).toBeGreaterThan(2 * shed(begin(), 400, 2000));
  });

  test('stays where no more are shed than can be served', () => {
    const flood = begin();
    const told = shed(flood, 400, 2000);
    expect(shed(flood, 100, 5000)).toBeCloseTo(told, -2);
  });

  test('shrinks by a second each second when nobody is shed any more', () => {
    const flood = begin();
    const told = shed(flood, 400, 2000);
    flood.clock.advance(3000);
    expect(flood.retryAfter.current(4)).toBeCloseTo(told - 3000, 3);
    flood.clock.advance(60_000);
    expect(flood.retryAfter.current(0)).toBe(1000);
  });

  test('is never more than half a minute, and a minute after the longest flood a second again', () => {
    const flood = begin();
    expect(shed(flood, 5000, 20_000)).toBe(30_000);
    flood.clock.advance(30_000);
    expect(flood.retryAfter.current(0)).toBe(1000);
  });

  test('follows an application that gets slower', () => {
    const flood = begin();
    for (let request = 0; request < 1000; request++) flood.retryAfter.served(400);
    expect(shed(flood, 90, 1000)).toBeGreaterThan(8000);
  });

  test('is a second where nothing is known yet: neither how long requests take nor how many are served', () => {
    const retryAfter = new RetryAfter(new VirtualClock());
    expect(retryAfter.current(3)).toBe(1000);
    expect(retryAfter.shed(4, 3)).toBe(1000);
    expect(retryAfter.shed(0, 3)).toBe(1000);
  });

  test('brings visitors back at a rate at which they can be served', () => {
    const { clock, retryAfter } = begin();
    const random = seededRandom(7);
    const backAt: number[] = [];
    // Five times of what can be served, for 4 s: 400 a second are told when to come back, and the page spreads it.
    for (let shed = 0; shed < 1600; shed++) {
      clock.advance(2.5);
      backAt.push(clock.now() + retryAfter.shed(INFLIGHT, 4) * (1 + random()));
    }
    const perSecond = new Map<number, number>();
    for (const at of backAt) {
      const second = Math.floor(at / 1000);
      perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
    }
    // A fixed time of 5 s, spread likewise, would bring back 260 to 320 in each of five seconds.
    expect(Math.max(...perSecond.values())).toBeLessThanOrEqual(160);
  });
});
