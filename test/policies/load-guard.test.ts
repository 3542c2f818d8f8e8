import { describe, expect, test } from 'vitest';
import loadGuard from '../../policies/load-guard.ts';
import type { Load } from '../../src/core/load.ts';
import { idleLoad } from '../support/idle-load.ts';
import { viewOf } from '../support/view-of.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { describePolicy } from './policy-contract.ts';
import { startPolicy } from './start-policy.ts';

// Until it is armed a flood is let in: with requests of 100 ms that takes some seconds to work off.
describePolicy(loadGuard, { goodput: 0.85, needless: 0.05 });

const view = viewOf();

function start() {
  const clock = new VirtualClock();
  const policy = startPolicy(loadGuard, clock);
  return {
    policy,
    clock,
    /** Asks every 50 ms for a while. */
    keep(load: Partial<Load>, forMs: number) {
      let last: ReturnType<NonNullable<typeof policy.arrive>>;
      for (let passed = 0; passed < forMs; passed += 50) {
        clock.advance(50);
        last = policy.arrive?.(view, idleLoad(load));
      }
      return last;
    },
    limit: () => policy.limit?.('exec'),
  };
}

const busy = { inflight: { exec: 3, forward: 0 } };

describe('load-guard', () => {
  test('limits nothing while the load is low, however many requests sleep', () => {
    const { keep, limit } = start();
    keep({ inflight: { exec: 500, forward: 0 }, running: 1, loadAverage: 1 }, 5000);
    expect(limit()).toBeUndefined();
  });

  test.each([
    ['running tasks', { running: 10 }],
    ['tasks that wait for a processor', { running: 2, cpuPressure: 1 }],
    ['tasks that wait for memory', { running: 2, memoryPressure: 1 }],
    ['tasks that wait for the disk', { running: 2, ioPressure: 1 }],
    ['the load average while the processors are busy', { running: 3, loadAverage: 9 }],
  ])('is armed by %s', (_name, load) => {
    const { keep, limit } = start();
    keep({ ...busy, ...load }, 2000);
    expect(limit()).toBeGreaterThanOrEqual(2);
  });

  test('is not armed by a load average that is still high after a flood', () => {
    const { keep, limit } = start();
    keep({ ...busy, running: 1, loadAverage: 20 }, 2000);
    expect(limit()).toBeUndefined();
  });

  test('is not armed by a burst that is over within one sample', () => {
    const { keep, limit } = start();
    keep({ ...busy, running: 8 }, 100);
    expect(limit()).toBeUndefined();
  });

  test('counts the running tasks by the processors of the whole machine', () => {
    const { keep, limit } = start();
    keep({ ...busy, running: 20, processors: 2, machineProcessors: 16 }, 2000);
    expect(limit()).toBeUndefined();
  });

  test('sheds by what is in flight, not by the load: where places are free nobody is shed', () => {
    const { keep } = start();
    const drowning = { running: 50, loadAverage: 50 };
    expect(keep({ ...drowning, ...busy, queued: 0, lanes: ['exec'] }, 2000)).toBeUndefined();
    expect(
      keep({ ...drowning, inflight: { exec: 40, forward: 0 }, queued: 40, lanes: ['exec'] }, 100),
    ).toMatchObject({ shed: 'over_capacity' });
  });

  test('goes back to sleep when nobody had to wait for a while', () => {
    const { keep, limit } = start();
    keep({ ...busy, running: 10 }, 2000);
    keep({ running: 0 }, 4000);
    expect(limit()).toBeGreaterThanOrEqual(2);
    keep({ running: 0 }, 4000);
    expect(limit()).toBeUndefined();
  });

  test('allows best rate x least latency, and a little more', () => {
    const { keep, limit, policy, clock } = start();
    keep({ ...busy, running: 10 }, 1000);
    // Two processors, 12 ms each: a request every 6 ms, three of them under way.
    for (let request = 0; request < 500; request += 1) {
      clock.advance(6);
      policy.arrive?.(view, idleLoad({ ...busy, running: 10, queued: 1 }));
      policy.outcome?.(
        { lane: 'exec', result: 'served', waitMs: 0, firstByteMs: 12, busyMs: 12, totalMs: 12, inflight: 1 },
        view,
      );
    }
    expect(limit()).toBe(3);
  });
});
