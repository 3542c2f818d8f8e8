import { describe, expect, test } from 'vitest';
import aimd from '../../policies/aimd.ts';
import type { Outcome } from '../../src/core/outcome.ts';
import { idleLoad } from '../support/idle-load.ts';
import { viewOf } from '../support/view-of.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { describePolicy } from './policy-contract.ts';
import { startPolicy } from './start-policy.ts';

describePolicy(aimd, { goodput: 0.95 });

const view = viewOf();
const WINDOW = aimd.parameters.window.default;

function start(changes: Parameters<typeof startPolicy<typeof aimd.parameters>>[2] = {}) {
  const clock = new VirtualClock();
  const policy = startPolicy(aimd, clock, changes);
  policy.arrive?.(view, idleLoad());
  const limit = () => policy.limit?.('exec') ?? 0;
  return {
    policy,
    clock,
    limit,
    serve(requests: number, busyMs: number, changed: Partial<Outcome> = {}) {
      for (let request = 0; request < requests; request += 1) {
        clock.advance(10);
        policy.outcome?.(
          {
            lane: 'exec',
            result: 'served',
            waitMs: 0,
            firstByteMs: busyMs,
            busyMs,
            totalMs: busyMs,
            inflight: limit(),
            ...changed,
          },
          view,
        );
      }
    },
  };
}

describe('aimd', () => {
  test('has one more at once after a window of the full lane without a late one', () => {
    const { serve, limit } = start();
    serve(WINDOW - 1, 20);
    expect(limit()).toBe(4);
    serve(1, 20);
    expect(limit()).toBe(5);
  });

  test('has a tenth less after a window with a late one', () => {
    const { serve, limit } = start({ initial: 10 });
    serve(1, 501);
    serve(WINDOW - 1, 20);
    expect(limit()).toBe(18);
  });

  test('does not grow while the limit is not used up', () => {
    const { serve, limit } = start();
    serve(10 * WINDOW, 20, { inflight: 3 });
    expect(limit()).toBe(4);
  });

  test('takes failures that come together for one sign', () => {
    const { serve, limit, policy, clock } = start({ initial: 10 });
    clock.advance(1000);
    const failure = { lane: 'exec', result: 'failed', waitMs: 0, firstByteMs: undefined } as const;
    for (let request = 0; request < 20; request += 1)
      policy.outcome?.({ ...failure, busyMs: 300, totalMs: 300, inflight: 20 }, view);
    expect(limit()).toBe(18);
    serve(1000, 300, { result: 'failed' });
    expect(limit()).toBe(1);
  });

  test('is not taken below the processors by lateness alone', () => {
    const { serve, limit } = start();
    serve(50 * WINDOW, 5000);
    expect(limit()).toBe(2);
  });

  test('lets nobody wait longer than half of the latency, and serves the newest first while the queue stands', () => {
    const { policy } = start({ latency: 400 });
    expect(policy.queue?.()).toEqual({ order: 'oldest-first', maxWaitMs: 200 });
    policy.arrive?.(view, idleLoad({ queued: 3, oldestWaitMs: 100 }));
    expect(policy.queue?.()?.order).toBe('newest-first');
    policy.arrive?.(view, idleLoad());
    expect(policy.queue?.()?.order).toBe('oldest-first');
  });
});
