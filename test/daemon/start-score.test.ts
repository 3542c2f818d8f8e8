import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StartScore } from '../../src/daemon/start-score.ts';

describe('the start score', () => {
  test('refuses from ten points on: a start is one, a death two', () => {
    const score = new StartScore();
    for (let failure = 0; failure < 3; failure += 1) {
      score.started(0);
      score.died(0);
    }
    expect(score.refuses(0)).toBe(false);
    score.started(0);
    expect(score.refuses(0)).toBe(true);
  });

  test('falls by one a second, and not below nothing', () => {
    const score = new StartScore();
    for (let start = 0; start < 12; start += 1) score.started(0);
    expect(score.refuses(2000)).toBe(true);
    expect(score.refuses(2001)).toBe(false);
    for (let start = 0; start < 9; start += 1) score.started(1_000_000);
    expect(score.refuses(1_000_000)).toBe(false);
    score.started(1_000_000);
    expect(score.refuses(1_000_000)).toBe(true);
  });

  test('says how long it refuses: no start before, one after', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 3000 }))), (events) => {
        const score = new StartScore();
        let nowMs = 0;
        for (const [death, pauseMs] of events) {
          nowMs += pauseMs;
          if (death) score.died(nowMs);
          else score.started(nowMs);
        }
        const waitMs = score.waitMs(nowMs);
        expect(score.refuses(nowMs)).toBe(waitMs > 0);
        expect(score.refuses(nowMs + waitMs)).toBe(false);
        if (waitMs > 2) expect(score.refuses(nowMs + waitMs - 2)).toBe(true);
      }),
    );
  });
});
