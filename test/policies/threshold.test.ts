import { describe, expect, test } from 'vitest';
import threshold from '../../policies/threshold.ts';
import type { Load } from '../../src/core/load.ts';
import { idleLoad } from '../support/idle-load.ts';
import { viewOf } from '../support/view-of.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { describePolicy } from './policy-contract.ts';
import { startPolicy } from './start-policy.ts';

describePolicy(threshold);

type Changes = Parameters<typeof startPolicy<typeof threshold.parameters>>[2];

const view = viewOf();

/** Without sparing anybody: the ladder itself. */
function start(changes: Changes = {}) {
  const clock = new VirtualClock(1_000_000);
  const policy = startPolicy(threshold, clock, { spares: 0, ...changes });
  return {
    clock,
    ask: (load: Partial<Load> = {}) => policy.dispatch?.(view, idleLoad(load)),
    arrive: (load: Partial<Load> = {}) => policy.arrive?.(view, idleLoad(load)),
    /** Asks every 50 ms for a while; gives the last answer. */
    keep(load: Partial<Load>, forMs: number) {
      for (let passed = 0; passed < forMs; passed += 50) {
        clock.advance(50);
        policy.arrive?.(view, idleLoad(load));
      }
      return policy.dispatch?.(view, idleLoad(load));
    },
  };
}

/** Load average and running tasks of two processors, given per processor. */
const load = (average: number, running: number): Partial<Load> => ({
  loadAverage: 2 * average,
  running: 2 * running,
});

describe('the ladder', () => {
  test('is exec when quiet', () => {
    expect(start().ask()).toEqual({ lane: 'exec', reason: 'quiet' });
  });

  test('is exec with the daemon started behind it when it gets busy', () => {
    expect(start().ask(load(1.5, 1.5))).toEqual({ lane: 'exec', reason: 'daemon_starting', warm: true });
  });

  test('is forward when busy and the daemon is up', () => {
    expect(start().ask({ ...load(1.5, 1.5), daemon: 'up' })).toEqual({ lane: 'forward', reason: 'busy' });
  });

  test('is shed when drowning, at arrival and at dispatch', () => {
    const { ask, arrive } = start();
    expect(arrive(load(5, 5))).toEqual({ shed: 'drowning', retryAfterMs: expect.any(Number) });
    expect(ask(load(5, 5))).toMatchObject({ lane: 'shed', reason: 'drowning' });
  });

  test('counts by the processors that may be used, which may be a part of one', () => {
    expect(start().ask({ processors: 8, loadAverage: 10, running: 10 })?.lane).toBe('exec');
    expect(start().ask({ processors: 0.5, loadAverage: 2, running: 2 })?.lane).toBe('shed');
  });
});

describe('while the machine drowns', () => {
  const drowning = load(5, 5);
  const requests = (exec: number, queued: number) => ({
    ...drowning,
    inflight: { exec, forward: 0 },
    queued,
  });

  test.each([
    [0, 0, false],
    [3, 0, false],
    [2, 1, false],
    [4, 0, true],
    [2, 2, true],
    [0, 4, true],
  ])(
    'an application with %d in flight and %d waiting on 2 processors is shed: %s',
    (exec, queued, isShed) => {
      const { arrive, ask } = start({ spares: 2 });
      expect(arrive(requests(exec, queued)) !== undefined).toBe(isShed);
      expect(ask(requests(exec, queued))?.lane === 'shed').toBe(isShed);
    },
  );

  test('what is spared is spared for each processor that may be used', () => {
    const { ask } = start({ spares: 1 });
    const one = { ...requests(1, 0), processors: 1, loadAverage: 20, running: 20 };
    expect(ask(one)?.lane).toBe('shed');
    expect(ask({ ...one, inflight: { exec: 0, forward: 0 } })?.lane).toBe('exec');
  });

  test('as many as drown a machine are spared where nothing is set', () => {
    expect(threshold.parameters.spares.default).toBe(threshold.parameters.shed.default);
  });
});

describe('where this process may use one of two processors', () => {
  const pinned = { processors: 1, machineProcessors: 2 };

  test('what runs on the other one is not its load', () => {
    const { keep } = start();
    expect(keep({ ...pinned, loadAverage: 5, running: 5 }, 5000)?.lane).toBe('exec');
    expect(start().ask({ ...pinned, loadAverage: 1, running: 1 })?.reason).toBe('quiet');
  });

  test('a machine that drowns is seen at the same load per processor', () => {
    expect(start().ask({ ...pinned, loadAverage: 7, running: 7 })?.lane).not.toBe('shed');
    expect(start().ask({ ...pinned, loadAverage: 9, running: 9 })?.lane).toBe('shed');
  });

  test('its own requests that run are its load', () => {
    const { keep } = start();
    const own = { ...pinned, loadAverage: 1, running: 5, inflight: { exec: 5, forward: 0 } };
    expect(keep(own, 5000)?.lane).toBe('shed');
  });

  test('its own requests that sleep are not', () => {
    const { keep } = start();
    const own = { ...pinned, loadAverage: 1, running: 1, inflight: { exec: 50, forward: 0 } };
    expect(keep(own, 5000)?.lane).not.toBe('shed');
  });
});

describe('the load average answers late: it arms, what is immediate decides', () => {
  test('a flood that is over sheds nobody although the load average is still high', () => {
    const { ask } = start();
    expect(ask(load(6, 6))?.lane).toBe('shed');
    expect(ask(load(6, 0))?.lane).toBe('exec');
  });

  test('a flood that has just begun is seen after a moment although the load average is still low', () => {
    const { keep } = start();
    expect(keep(load(0.1, 10), 200)?.lane).toBe('exec');
    expect(keep(load(0.1, 10), 1000)?.lane).toBe('shed');
  });

  test('a burst of a few requests sheds nobody and starts no daemon', () => {
    const { keep } = start();
    expect(keep(load(0, 6), 50)).toEqual({ lane: 'exec', reason: 'quiet' });
  });

  test('one busy look after a long silence proves nothing', () => {
    const { clock, ask } = start();
    ask();
    clock.advance(3_600_000);
    expect(ask(load(0.5, 8))?.lane).toBe('exec');
  });

  test('several requests at once for more than a moment are what a daemon is for', () => {
    const { keep } = start();
    expect(keep({ inflight: { exec: 2, forward: 0 }, queued: 3 }, 1500)?.reason).toBe('daemon_starting');
  });
});

describe('shedding', () => {
  test('does not count requests that wait: the queue has its own bounds', () => {
    const { keep } = start();
    expect(keep({ ...load(0.2, 1), queued: 1000, inflight: { exec: 2, forward: 0 } }, 10_000)?.lane).toBe(
      'exec',
    );
  });

  test('does not take programs that sleep for a machine that drowns', () => {
    const { keep } = start();
    expect(keep({ ...load(0.2, 0.5), inflight: { exec: 100, forward: 0 } }, 10_000)?.lane).toBe('exec');
  });

  test('sees a machine that drowns in waiting for its disk: the load average armed, the slots decide', () => {
    expect(start().ask({ ...load(8, 1), inflight: { exec: 16, forward: 0 } })?.lane).toBe('shed');
  });

  test('leaves off only well below where it began, so that it does not flap', () => {
    const { ask } = start();
    const lanes = [3.9, 4.1, 3.5, 2.9, 2.7, 3.5].map((running) => ask(load(6, running))?.lane);
    expect(lanes).toEqual(['exec', 'shed', 'shed', 'shed', 'exec', 'exec']);
  });

  test('is over by itself when nobody asked for a while', () => {
    const { keep, clock, ask } = start();
    expect(keep(load(0.5, 20), 5000)?.lane).toBe('shed');
    clock.advance(10_000);
    expect(ask(load(0.5, 1))?.lane).not.toBe('shed');
  });

  test('asks visitors back after the parameter: spreading them is for the page', () => {
    const { arrive } = start({ retry_after: 10_000 });
    expect(arrive(load(6, 6))).toEqual({ shed: 'drowning', retryAfterMs: 10_000 });
  });

  test('in a container the load of the host sheds nobody while no task has to wait', () => {
    const host = { processors: 2, loadAverage: 60, running: 60 };
    expect(start().ask({ ...host, cpuPressure: 0.05, memoryPressure: 0, ioPressure: 0 })?.lane).toBe('exec');
    expect(start().ask({ ...host, cpuPressure: 0.9, memoryPressure: 0, ioPressure: 0 })?.lane).toBe('shed');
  });
});

describe('signals that are missing', () => {
  const nothing = { loadAverage: undefined, running: undefined };

  test('nothing measured and nobody there: exec', () => {
    expect(start().ask(nothing)).toEqual({ lane: 'exec', reason: 'quiet' });
  });

  test('nothing measured: the slots in use decide, if that lasts', () => {
    const { keep } = start();
    const many = { ...nothing, inflight: { exec: 12, forward: 0 } };
    expect(keep(many, 100)?.lane).toBe('exec');
    expect(keep(many, 2000)?.lane).toBe('shed');
  });

  test('no running tasks measured: the load average arms, the slots decide', () => {
    expect(
      start().ask({ loadAverage: 12, running: undefined, inflight: { exec: 9, forward: 0 } })?.lane,
    ).toBe('shed');
    expect(start().ask({ loadAverage: 12, running: undefined })?.lane).toBe('exec');
  });
});

describe('a daemon that is up', () => {
  test('is used although it is quiet', () => {
    expect(start().ask({ daemon: 'up' })).toEqual({ lane: 'forward', reason: 'daemon_up' });
  });

  test('is left alone after quiet_after below the start threshold, so that it can be retired', () => {
    const { ask, keep } = start({ quiet_after: 60_000 });
    expect(ask({ daemon: 'up' })?.lane).toBe('forward');
    expect(keep({ daemon: 'up' }, 59_000)?.lane).toBe('forward');
    expect(keep({ daemon: 'up' }, 1500)).toEqual({ lane: 'exec', reason: 'quiet' });
  });

  test('is used again when it gets busy again', () => {
    const { keep, ask } = start({ quiet_after: 1000 });
    expect(keep({ daemon: 'up' }, 2000)?.lane).toBe('exec');
    expect(ask({ ...load(2, 2), daemon: 'up' })).toEqual({ lane: 'forward', reason: 'busy' });
  });

  test('is used for ever where somebody else runs it: to spare it would gain nothing', () => {
    expect(start({ quiet_after: 1000 }).keep({ daemon: 'none' }, 5000)?.lane).toBe('forward');
  });

  test('the seeds use it whatever the load, so the page never shows: until_shed sheds, always does not', () => {
    const drowning = { ...load(9, 9), daemon: 'up' } as const;
    expect(start({ daemon_up: 'until_shed' }).ask(drowning)?.lane).toBe('shed');
    expect(start({ daemon_up: 'always' }).ask(drowning)?.lane).toBe('forward');
  });

  test('always does not help an application without a daemon', () => {
    expect(start({ daemon_up: 'always' }).ask({ ...load(9, 9), lanes: ['exec'], daemon: 'none' })?.lane).toBe(
      'shed',
    );
  });
});

describe('a daemon that is not up', () => {
  test.each(['down', 'starting', 'retiring'] as const)('%s: exec carries on while it starts', (daemon) => {
    expect(start().ask({ ...load(2, 2), daemon })).toMatchObject({ lane: 'exec', warm: true });
  });

  test('requests wait for it where that is wanted', () => {
    const answer = start({ while_starting: 'wait' }).ask({ ...load(2, 2), daemon: 'starting' });
    expect(answer).toEqual({ lane: 'forward', reason: 'daemon_starting' });
  });

  test('failing: exec', () => {
    expect(start().ask({ ...load(2, 2), daemon: 'failing' })).toEqual({
      lane: 'exec',
      reason: 'daemon_failing',
    });
  });
});

describe('an application with one lane', () => {
  test.each(['exec', 'forward'] as const)('only %s: that until shed', (lane) => {
    const only = { lanes: [lane], daemon: 'down' } as const;
    expect(start().ask(only)).toEqual({ lane, reason: 'only_lane' });
    expect(start().ask({ ...only, ...load(2, 2) })).toEqual({ lane, reason: 'only_lane' });
    expect(start().ask({ ...only, ...load(9, 9) })?.lane).toBe('shed');
  });
});

test('a new instance goes on where the old one was', () => {
  const clock = new VirtualClock(5000);
  const old = startPolicy(threshold, clock);
  clock.advance(70_000);
  old.dispatch?.(view, idleLoad({ daemon: 'up' }));
  const next = startPolicy(threshold, clock, {}, old.snapshot?.());
  expect(next.dispatch?.(view, idleLoad({ daemon: 'up' }))?.lane).toBe('exec');
});
