import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { standardPolicyHelpers } from '../../../src/core/standard-policy-helpers.ts';

const { smoothed, slidingWindow, hysteresis, clamp } = standardPolicyHelpers;

describe('smoothed', () => {
  test('takes the first value as it is', () => {
    expect(smoothed(1000).feed(7, 123)).toBe(7);
  });

  test('has no value before the first', () => {
    expect(smoothed(1000).value).toBeUndefined();
  });

  test('is half way after one half-life and three quarters after two', () => {
    const value = smoothed(1000);
    value.feed(0, 0);
    expect(value.feed(8, 1000)).toBeCloseTo(4);
    expect(value.feed(8, 2000)).toBeCloseTo(6);
  });

  test('comes to the same however often it is fed', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 30 }), (instants) => {
        const often = smoothed(700);
        const once = smoothed(700);
        often.feed(3, 0);
        once.feed(3, 0);
        for (const instant of instants.toSorted((a, b) => a - b)) often.feed(9, instant);
        expect(often.feed(9, 5000)).toBeCloseTo(once.feed(9, 5000));
      }),
    );
  });

  test('passes over what is no number and a clock that stands still', () => {
    const value = smoothed(1000);
    value.feed(5, 100);
    expect(value.feed(Number.NaN, 200)).toBe(5);
    expect(value.feed(99, 100)).toBe(5);
  });
});

describe('slidingWindow', () => {
  test('is empty before anything was fed', () => {
    const window = slidingWindow(1000);
    expect([window.minimum(0), window.maximum(0), window.mean(0), window.count(0)]).toEqual([
      undefined,
      undefined,
      undefined,
      0,
    ]);
  });

  test('knows the least, the greatest, the mean and how many', () => {
    const window = slidingWindow(1000);
    for (const [value, at] of [
      [5, 0],
      [1, 300],
      [6, 900],
    ] as const)
      window.feed(value, at);
    expect([window.minimum(900), window.maximum(900), window.mean(900), window.count(900)]).toEqual([
      1, 6, 4, 3,
    ]);
  });

  test('forgets what is older than its length', () => {
    const window = slidingWindow(1000);
    window.feed(50, 0);
    window.feed(2, 800);
    expect(window.maximum(1500)).toBe(2);
    expect(window.count(5000)).toBe(0);
  });

  test('says what a list of everything would say, give or take one step', () => {
    const feeds = fc.array(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: 0, max: 400 })), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(feeds, (steps) => {
        const window = slidingWindow(1000);
        const all: { value: number; at: number }[] = [];
        let now = 0;
        for (const [value, gap] of steps) {
          now += gap;
          window.feed(value, now);
          all.push({ value, at: now });
        }
        const surely = all.filter(({ at }) => at > now - 950).length;
        const atMost = all.filter(({ at }) => at > now - 1001).length;
        expect(window.count(now)).toBeGreaterThanOrEqual(surely);
        expect(window.count(now)).toBeLessThanOrEqual(atMost);
      }),
    );
  });
});

describe('hysteresis', () => {
  test('turns on at the rise, stays on in between and turns off below the fall', () => {
    const sw = hysteresis(4, 3);
    expect([3.9, 4, 3.5, 3, 2.9, 3.5].map((value) => sw.feed(value))).toEqual([
      false,
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  test('stays as it is for what is no number', () => {
    const sw = hysteresis(4, 3);
    sw.feed(5);
    expect(sw.feed(Number.NaN)).toBe(true);
  });
});

describe('clamp', () => {
  test.each([
    [5, 1, 10, 5],
    [0, 1, 10, 1],
    [11, 1, 10, 10],
    [Number.NaN, 1, 10, 1],
    [Number.POSITIVE_INFINITY, 1, 10, 10],
    [5, 8, 2, 8],
  ])('keeps %d between %d and %d: %d', (value, least, greatest, kept) => {
    expect(clamp(value, least, greatest)).toBe(kept);
  });
});
