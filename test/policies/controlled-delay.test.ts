import { describe, expect, test } from 'vitest';
import controlledDelay from '../../policies/controlled-delay.ts';
import { idleLoad } from '../support/idle-load.ts';
import { viewOf } from '../support/view-of.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { describePolicy } from './policy-contract.ts';
import { startPolicy } from './start-policy.ts';

describePolicy(controlledDelay, { goodput: 0.95, slowdown: 2 });

const view = viewOf();

function start(
  usualMs: number,
  changes: Parameters<typeof startPolicy<typeof controlledDelay.parameters>>[2] = {},
) {
  const clock = new VirtualClock();
  const policy = startPolicy(controlledDelay, clock, changes, { usualMs });
  return {
    policy,
    /** Looks every 10 ms for a while at so many who wait, the first of them so long. */
    wait(queued: number, oldestWaitMs: number, forMs: number) {
      for (let passed = 0; passed < forMs; passed += 10) {
        clock.advance(10);
        policy.arrive?.(view, idleLoad({ queued, oldestWaitMs, inflight: { exec: 4, forward: 0 } }));
      }
      return policy.queue?.();
    },
  };
}

const relaxed = { order: 'oldest-first', maxWaitMs: 250 };
const congested = { order: 'newest-first', maxWaitMs: 18 };

describe('controlled-delay with requests of 12 ms', () => {
  test('is relaxed when nobody waits, and when nobody waits longer than the target', () => {
    expect(start(12).wait(0, 0, 1000)).toEqual(relaxed);
    expect(start(12).wait(3, 17, 5000)).toEqual(relaxed);
  });

  test('is congested when somebody waited too long for a whole interval', () => {
    const { wait } = start(12);
    expect(wait(5, 40, 200)).toEqual(relaxed);
    expect(wait(5, 40, 100)).toEqual(congested);
  });

  test('is congested at once when to work the queue off would take an interval', () => {
    expect(start(12).wait(100, 1, 10)).toEqual(congested);
  });

  test('stays congested until the queue is empty, although nobody waits long any more', () => {
    const { wait } = start(12);
    wait(5, 40, 400);
    expect(wait(5, 3, 5000)).toEqual(congested);
    expect(wait(0, 0, 10)).toEqual(relaxed);
  });

  test('is congested again at once when it was so a moment ago', () => {
    const { wait } = start(12);
    wait(5, 40, 400);
    wait(0, 0, 10);
    expect(wait(5, 40, 10)).toEqual(congested);
    wait(0, 0, 1000);
    expect(wait(5, 40, 10)).toEqual(relaxed);
  });

  test('leaves the limit to others where that is wanted', () => {
    expect(start(12).policy.limit?.('exec')).toBe(2);
    expect(start(12, { at_once: 0 }).policy.limit?.('exec')).toBeUndefined();
  });
});
