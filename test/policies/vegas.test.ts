import { describe, expect, test } from 'vitest';
import vegas from '../../policies/vegas.ts';
import type { Snapshot } from '../../src/core/policy.ts';
import { idleLoad } from '../support/idle-load.ts';
import { viewOf } from '../support/view-of.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { describePolicy } from './policy-contract.ts';
import { startPolicy } from './start-policy.ts';

describePolicy(vegas, { goodput: 0.95 });

const view = viewOf();

function start(saved?: Snapshot, changes: Parameters<typeof startPolicy<typeof vegas.parameters>>[2] = {}) {
  const clock = new VirtualClock();
  const policy = startPolicy(vegas, clock, changes, saved);
  policy.arrive?.(view, idleLoad());
  const limit = () => policy.limit?.('exec') ?? 0;
  return {
    policy,
    limit,
    /** So many requests of the full lane. */
    serve(requests: number, time: (inflight: number) => number) {
      for (let request = 0; request < requests; request += 1) {
        const inflight = limit();
        const busyMs = time(inflight);
        clock.advance(busyMs / inflight);
        policy.arrive?.(view, idleLoad());
        policy.outcome?.(
          {
            lane: 'exec',
            result: 'served',
            waitMs: 0,
            firstByteMs: busyMs,
            busyMs,
            totalMs: busyMs,
            inflight,
          },
          view,
        );
      }
    },
  };
}

const computing = (processors: number) => (inflight: number) => 12 * Math.max(1, inflight / processors);

describe('vegas', () => {
  test('settles where a few requests queue inside the program: 3 to 8 on 2 processors', () => {
    const { serve, limit } = start();
    for (let turn = 0; turn < 100; turn += 1) {
      serve(100, computing(2));
      expect(limit()).toBeLessThanOrEqual(8);
    }
    expect(limit()).toBeGreaterThanOrEqual(2);
  });

  test('grows fast for a program that waits for something, and stops at the maximum', () => {
    const { serve, limit } = start({ exec: { limit: 4, usualMs: 200 } }, { maximum: 100 });
    serve(1500, () => 200);
    expect(limit()).toBe(100);
  });

  test('shrinks step by step while too many queue inside the program', () => {
    const { serve, limit } = start({ exec: { limit: 40, usualMs: 12 } });
    serve(2000, computing(2));
    expect(limit()).toBeLessThanOrEqual(8);
  });

  test('hears the times of the gateway event loop apart from those of the program', () => {
    const { policy } = start({ exec: { limit: 20, usualMs: 1 } });
    const clock = new VirtualClock();
    const delayed = startPolicy(vegas, clock, {}, policy.snapshot?.());
    for (let request = 0; request < 1000; request += 1) {
      clock.advance(1);
      delayed.arrive?.(view, idleLoad({ eventLoopDelayMs: 10 }));
      delayed.outcome?.(
        { lane: 'exec', result: 'served', waitMs: 0, firstByteMs: 20, busyMs: 20, totalMs: 20, inflight: 20 },
        view,
      );
    }
    expect(delayed.limit?.('exec')).toBeGreaterThanOrEqual(20);
  });
});
