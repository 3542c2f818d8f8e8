import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import gradient from '../../policies/gradient.ts';
import threshold from '../../policies/threshold.ts';
import type { Outcome } from '../../src/core/outcome.ts';
import type { Policy } from '../../src/core/policy.ts';
import { machineOf } from '../../src/lab/machine/machine-of.ts';
import { idleLoad } from '../support/idle-load.ts';
import { viewOf } from '../support/view-of.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { describePolicy } from './policy-contract.ts';
import { startPolicy } from './start-policy.ts';

describePolicy(gradient, { goodput: 0.95, slowdown: 2 });

const view = viewOf();

function outcome(changes: Partial<Outcome> = {}): Outcome {
  return {
    lane: 'exec',
    result: 'served',
    waitMs: 0,
    firstByteMs: 10,
    busyMs: 10,
    totalMs: 10,
    inflight: 1,
    ...changes,
  };
}

interface Lane {
  readonly policy: Policy;
  readonly clock: VirtualClock;
}

/** Requests that come one after the other, `inflight` at once, each of which takes what `time` says. */
function serve(
  { policy, clock }: Lane,
  requests: number,
  inflight: (limit: number) => number,
  time: (inflight: number) => number,
  changes: Partial<Outcome> = {},
): void {
  for (let served = 0; served < requests; served += 1) {
    const now = inflight(policy.limit?.('exec') ?? 0);
    const busyMs = time(now);
    clock.advance(busyMs / now);
    policy.arrive?.(view, idleLoad({ lanes: ['exec'], inflight: { exec: now, forward: 0 } }));
    policy.outcome?.(outcome({ busyMs, totalMs: busyMs, inflight: now, ...changes }), view);
  }
}

function begin(changes: Parameters<typeof startPolicy<typeof gradient.parameters>>[2] = {}): Lane {
  const clock = new VirtualClock();
  const policy = startPolicy(gradient, clock, changes);
  policy.arrive?.(view, idleLoad());
  return { policy, clock };
}

const limit = ({ policy }: Lane) => policy.limit?.('exec') ?? 0;
const full = (most: number) => most;
/** A program that only computes, on so many processors. */
const computing = (processors: number, workMs: number) => (inflight: number) =>
  workMs * Math.max(1, inflight / processors);

describe('the limit of gradient', () => {
  test('begins at twice the processors', () => {
    expect(limit(begin())).toBe(4);
  });

  test.each([1, 12, 300, 5000])(
    'settles at 2 to 4 for a program that computes %d ms on 2 processors',
    (workMs) => {
      const lane = begin();
      serve(lane, 20, () => 1, computing(2, workMs));
      serve(lane, 3000, full, computing(2, workMs));
      const seen: number[] = [];
      for (let turn = 0; turn < 50; turn += 1) {
        serve(lane, 16, full, computing(2, workMs));
        seen.push(limit(lane));
      }
      expect(Math.max(...seen)).toBeLessThanOrEqual(4);
      expect(Math.min(...seen)).toBeGreaterThanOrEqual(1);
      expect(seen.reduce((sum, one) => sum + one) / seen.length).toBeGreaterThanOrEqual(2);
    },
  );

  test('grows for a program that sleeps, and stops at the maximum', () => {
    const lane = begin({ maximum: 60 });
    serve(lane, 20_000, full, () => 200);
    expect(limit(lane)).toBeGreaterThanOrEqual(30);
    expect(limit(lane)).toBeLessThanOrEqual(60);
  });

  test('does not grow while it is not used up', () => {
    const lane = begin();
    serve(
      lane,
      5000,
      (most) => most - 1,
      () => 10,
    );
    expect(limit(lane)).toBe(4);
  });

  test('does not grow without bound by headroom that is added whatever happens', () => {
    const lane = begin();
    serve(lane, 20, () => 1, computing(2, 12));
    for (let turn = 0; turn < 200; turn += 1) {
      serve(lane, 100, full, computing(2, 12));
      expect(limit(lane)).toBeLessThanOrEqual(6);
    }
  });

  test('is not carried off by ten minutes of overload, from the first request on', () => {
    const lane = begin();
    serve(lane, 100_000, full, computing(2, 12));
    expect(limit(lane)).toBeLessThanOrEqual(6);
  });

  test('does not collapse on one lucky sample', () => {
    const lane = begin();
    serve(lane, 500, full, computing(2, 12));
    const before = limit(lane);
    serve(lane, 1, full, () => 0.1);
    serve(lane, 200, full, computing(2, 12));
    expect(limit(lane)).toBeGreaterThanOrEqual(Math.min(before, 2));
  });

  test('finds its way when the program has become slower or faster', () => {
    const lane = begin();
    for (const workMs of [12, 120, 4, 40]) {
      serve(lane, 5000, full, computing(2, workMs));
      expect(limit(lane)).toBeGreaterThanOrEqual(1);
      expect(limit(lane)).toBeLessThanOrEqual(6);
    }
  });

  test('finds that a daemon has one worker', () => {
    const lane = begin();
    const forward = { lane: 'forward' } as const;
    for (let turn = 0; turn < 3000; turn += 1) {
      const now = lane.policy.limit?.('forward') ?? 0;
      lane.clock.advance(10);
      lane.policy.arrive?.(view, idleLoad({ inflight: { exec: 0, forward: now } }));
      lane.policy.outcome?.(outcome({ ...forward, busyMs: 10 * now, inflight: now }), view);
    }
    expect(lane.policy.limit?.('forward')).toBeLessThanOrEqual(3);
  });

  test('shrinks by failures, but once for a burst of them', () => {
    const lane = begin({ initial: 10 });
    for (let failure = 0; failure < 50; failure += 1)
      lane.policy.outcome?.(outcome({ result: 'failed' }), view);
    expect(limit(lane)).toBe(18);
    serve(lane, 3000, full, () => 50, { result: 'failed' });
    expect(limit(lane)).toBe(1);
  });

  test('learns nothing from what was shed or ignored', () => {
    const lane = begin();
    const before = lane.policy.snapshot?.();
    serve(lane, 500, full, () => 0.01, { result: 'ignored' });
    serve(lane, 500, full, () => 0.01, { lane: 'shed', result: 'served' });
    expect(lane.policy.snapshot?.()).toEqual(before);
  });

  test('learns each lane by itself', () => {
    const lane = begin();
    serve(lane, 3000, full, () => 50, { result: 'failed' });
    expect([lane.policy.limit?.('exec'), lane.policy.limit?.('forward')]).toEqual([1, 4]);
  });

  test('does not grow while tasks wait for memory', () => {
    const lane = begin();
    for (let turn = 0; turn < 2000; turn += 1) {
      const now = limit(lane);
      lane.clock.advance(10);
      lane.policy.arrive?.(view, idleLoad({ inflight: { exec: now, forward: 0 }, memoryPressure: 0.4 }));
      lane.policy.outcome?.(outcome({ busyMs: 100, inflight: now }), view);
    }
    expect(limit(lane)).toBeLessThanOrEqual(4);
  });

  test('is a whole number from 1 to the maximum for all times and all numbers in flight', () => {
    const anyServed = fc.record({
      busyMs: fc.double({ min: 0, max: 1e7, noNaN: true }),
      inflight: fc.integer({ min: 1, max: 300 }),
      failed: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(anyServed, { maxLength: 300 }), (all) => {
        const lane = begin();
        for (const { busyMs, inflight, failed } of all) {
          serve(
            lane,
            1,
            () => inflight,
            () => busyMs,
            failed ? { result: 'failed' } : {},
          );
          expect(limit(lane)).toSatisfy((one: number) => Number.isInteger(one) && one >= 1 && one <= 200);
        }
      }),
    );
  });
});

describe('the queue of gradient', () => {
  /** Arrivals every 10 ms who find so many waiting. */
  function wait({ policy, clock }: Lane, queued: number, oldestWaitMs: number, forMs: number) {
    for (let passed = 0; passed < forMs; passed += 10) {
      clock.advance(10);
      policy.arrive?.(view, idleLoad({ queued, oldestWaitMs, inflight: { exec: 4, forward: 0 } }));
    }
    return policy.queue?.();
  }

  test('is left as configured while nobody waits long', () => {
    const lane = begin();
    serve(
      lane,
      100,
      () => 1,
      () => 12,
    );
    expect(wait(lane, 2, 20, 10_000)).toBeUndefined();
  });

  test('is left as configured for a burst', () => {
    const lane = begin();
    serve(
      lane,
      100,
      () => 1,
      () => 12,
    );
    expect(wait(lane, 20, 100, 120)).toBeUndefined();
  });

  test('is newest first, short and with a short wait when it stands', () => {
    const lane = begin();
    serve(
      lane,
      100,
      () => 1,
      () => 12,
    );
    expect(wait(lane, 10, 100, 1000)).toEqual({ order: 'newest-first', maxLength: 4, maxWaitMs: 20 });
  });

  test('is so at once when it is too long to be worked off soon', () => {
    const lane = begin();
    serve(
      lane,
      100,
      () => 1,
      () => 12,
    );
    expect(wait(lane, 100, 5, 10)?.order).toBe('newest-first');
  });

  test('stays so while it is never empty, although nobody waits long any more', () => {
    const lane = begin();
    serve(
      lane,
      100,
      () => 1,
      () => 12,
    );
    wait(lane, 100, 100, 1000);
    expect(wait(lane, 100, 5, 5000)?.order).toBe('newest-first');
  });

  test('is as configured again soon after it got empty', () => {
    const lane = begin();
    serve(
      lane,
      100,
      () => 1,
      () => 12,
    );
    wait(lane, 100, 100, 5000);
    expect(wait(lane, 0, 0, 300)).toBeUndefined();
  });

  describe('when the daemon has got up behind a queue of 300', () => {
    /** So long has the oldest waited, asked every 10 ms. */
    function workOff(waits: readonly number[]) {
      const lane = begin();
      const ask = (daemon: 'starting' | 'up', oldestWaitMs: number) => {
        lane.clock.advance(10);
        const load = { daemon, queued: 300, oldestWaitMs, inflight: { exec: 4, forward: 0 } };
        lane.policy.arrive?.(view, idleLoad({ lanes: ['exec', 'forward'], ...load }));
      };
      for (let waitMs = 0; waitMs < 400; waitMs += 10) ask('starting', waitMs);
      for (const waitMs of waits) ask('up', waitMs);
      return lane.policy.queue?.()?.order;
    }

    test('it is patient as long as they wait less and less', () => {
      expect(workOff(Array.from({ length: 350 }, (_, step) => 400 - step))).toBe('oldest-first');
    });

    test('it is not for longer than a second where they wait as long as ever', () => {
      const asEver = (ms: number) => Array.from({ length: ms / 10 }, () => 400);
      expect(workOff(asEver(900))).toBe('oldest-first');
      expect(workOff(asEver(1600))).toBe('newest-first');
    });
  });

  test('waits by the service time: 5 ms would shed everything when a request takes 2 s', () => {
    const lane = begin();
    serve(
      lane,
      100,
      () => 1,
      () => 2000,
    );
    expect(wait(lane, 10, 5000, 20_000)).toEqual({
      order: 'newest-first',
      maxLength: 4,
      maxWaitMs: 1500,
    });
  });
});

describe('gradient on many processors', () => {
  test.each([
    [8, 1],
    [12, 12],
    [16, 1],
  ])('holds its goodput on %d, whatever the few requests of a probe were like', (processors, first) => {
    const capacity = (processors / 12) * 1000;
    for (let seed = first; seed < first + 5; seed += 1) {
      const work = (random: () => number) => -Math.log(1 - random()) * 12;
      const flooded = machineOf([threshold, gradient], { processors, work }, seed);
      flooded.run(capacity * 0.5, 5000);
      const before = flooded.workedMs;
      // Turn by turn: the seed at which a poor probe once brought the limit from 16 to 4 is among these.
      for (let second = 0; second < 20; second += 1) flooded.run(capacity * 5, 1000);
      expect((flooded.workedMs - before) / (processors * 20_000)).toBeGreaterThan(0.96);
    }
  });
});
