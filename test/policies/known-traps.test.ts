import { describe, expect, test } from 'vitest';
import aimd from '../../policies/aimd.ts';
import controlledDelay from '../../policies/controlled-delay.ts';
import gradient from '../../policies/gradient.ts';
import loadGuard from '../../policies/load-guard.ts';
import pid from '../../policies/pid.ts';
import threshold from '../../policies/threshold.ts';
import vegas from '../../policies/vegas.ts';
import type { Load } from '../../src/core/load.ts';
import type { Outcome } from '../../src/core/outcome.ts';
import type { Policy, PolicyDefinition } from '../../src/core/policy.ts';
import type { Random } from '../../src/core/random.ts';
import { machineOf } from '../../src/lab/machine/machine-of.ts';
import type { SimulatedAnswer } from '../../src/lab/machine/simulated-answer.ts';
import { emptyLoad } from '../../src/load/empty-load.ts';
import type { Logger } from '../../src/log/logger.ts';
import { StateLog } from '../../src/log/state-log.ts';
import { PreparedOverloadPage } from '../../src/overload/overload-page.ts';
import { builtInPolicies } from '../../src/policy/built-in-policies.ts';
import { exchangeRecord } from '../support/exchange-record.ts';
import { idleLoad } from '../support/idle-load.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { viewOf } from '../support/view-of.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { startPolicy } from './start-policy.ts';

const view = viewOf();
const CAPACITY = 2000 / 12;
const exponential = (random: Random) => -Math.log(1 - random()) * 12;
const served = (answers: readonly SimulatedAnswer[]) => answers.filter(({ result }) => result === 'served');

/** A policy at work, and the limit that it sets for the exec lane. */
class Subject {
  readonly clock = new VirtualClock(1_000_000);
  readonly policy: Policy;

  constructor(definition: PolicyDefinition) {
    this.policy = startPolicy(definition, this.clock);
    // The load arms it, once and for all.
    if (definition.name === 'load-guard') this.look({ running: 50, inflight: { exec: 4, forward: 0 } }, 2000);
    this.policy.arrive?.(view, idleLoad());
  }

  get limit(): number {
    return this.policy.limit?.('exec') ?? Number.POSITIVE_INFINITY;
  }

  /** Asks every 50 ms for a while; gives the last answer. */
  look(load: Partial<Load>, forMs: number) {
    for (let passed = 0; passed < forMs; passed += 50) {
      this.clock.advance(50);
      this.policy.arrive?.(view, idleLoad(load));
    }
    return this.policy.dispatch?.(view, idleLoad(load));
  }

  /** So many requests, always so many at once. */
  serve(
    requests: number,
    time: (inflight: number) => number,
    changed: Partial<Outcome> = {},
    inflight = (limit: number) => limit,
  ) {
    for (let request = 0; request < requests; request += 1) {
      const now = Math.max(1, inflight(this.limit));
      const busyMs = time(now);
      this.clock.advance(busyMs / now);
      const load = { running: 50, queued: 1, inflight: { exec: now, forward: 0 } };
      this.policy.arrive?.(view, idleLoad(load));
      const outcome = { waitMs: 0, firstByteMs: busyMs, busyMs, totalMs: busyMs, inflight: now };
      this.policy.outcome?.({ lane: 'exec', result: 'served', ...outcome, ...changed }, view);
    }
  }
}

const on = (definition: PolicyDefinition) => [definition.name, definition] as const;
const computing = (inflight: number) => 12 * Math.max(1, inflight / 2);

describe('the 1-minute load average answers late', () => {
  test.each([on(threshold), on(loadGuard)])('%s sheds nobody by it when the flood is over', (_name, one) => {
    const subject = new Subject(one);
    subject.look({ loadAverage: 20, running: 20, inflight: { exec: 20, forward: 0 } }, 5000);
    expect(subject.look({ loadAverage: 20, running: 0 }, 50)?.lane).not.toBe('shed');
    expect(subject.policy.arrive?.(view, idleLoad({ loadAverage: 20, running: 0 }))).toBeUndefined();
  });

  test.each([on(threshold), on(loadGuard)])('%s does not wait for it when a flood begins', (_name, one) => {
    const subject = new Subject(one);
    const flood = { loadAverage: 0.2, running: 40, inflight: { exec: 40, forward: 0 }, queued: 60 };
    const dispatch = subject.look(flood, 2000);
    const arrival = subject.policy.arrive?.(view, idleLoad(flood)) ?? {};
    expect(dispatch?.lane === 'shed' || 'shed' in arrival).toBe(true);
  });
});

describe('in containers the load average is the host’s', () => {
  test.each([on(threshold), on(loadGuard)])('%s divides it by the processors of the host', (_name, one) => {
    const clock = new VirtualClock(1_000_000);
    const policy = startPolicy(one, clock);
    const host = { processors: 1, machineProcessors: 64, loadAverage: 60, running: 60 };
    for (let passed = 0; passed < 10_000; passed += 50) {
      clock.advance(50);
      policy.arrive?.(view, idleLoad({ ...host, inflight: { exec: 1, forward: 0 } }));
    }
    expect(policy.arrive?.(view, idleLoad(host))).toBeUndefined();
    expect(policy.dispatch?.(view, idleLoad(host))?.lane).not.toBe('shed');
    if (one === loadGuard) expect(policy.limit?.('exec')).toBeUndefined();
  });

  test.each([on(gradient), on(aimd), on(vegas), on(controlledDelay), on(pid)])(
    '%s begins by the processors that may really be used',
    (_name, one) => {
      const limitFor = (processors: number) => {
        const policy = startPolicy(one, new VirtualClock());
        policy.arrive?.(view, idleLoad({ processors, machineProcessors: 64 }));
        return policy.limit?.('exec');
      };
      expect([limitFor(0.5), limitFor(2), limitFor(8)]).toEqual([1, 4, 16]);
    },
  );
});

describe('limits that follow the minimum latency', () => {
  test.each([on(gradient), on(vegas), on(loadGuard)])(
    '%s does not collapse on one lucky sample',
    (_name, one) => {
      const subject = new Subject(one);
      subject.serve(1000, computing);
      subject.serve(1, () => 0.06);
      subject.serve(200, computing);
      expect(subject.limit).toBeGreaterThanOrEqual(2);
    },
  );

  test.each([on(gradient), on(vegas), on(loadGuard)])(
    '%s does not creep up when it probes under load',
    (_name, one) => {
      const subject = new Subject(one);
      for (let turn = 0; turn < 100; turn += 1) {
        subject.serve(1000, computing);
        expect(subject.limit).toBeLessThanOrEqual(9);
      }
    },
  );
});

describe('limits that add headroom whatever happens', () => {
  test.each([on(gradient), on(aimd), on(vegas), on(controlledDelay), on(pid), on(loadGuard)])(
    '%s does not grow without bound in ten minutes of overload',
    (_name, one) => {
      const flooded = machineOf([one], { work: exponential });
      let highest = 0;
      for (let minute = 0; minute < 10; minute += 1) {
        flooded.run(CAPACITY * 3, 60_000);
        highest = Math.max(highest, flooded.limit);
        flooded.answers.length = 0;
      }
      expect(highest).toBeLessThanOrEqual(one === aimd ? 60 : 16);
    },
  );
});

describe('a limit must not grow while it is not used up', () => {
  test.each([on(gradient), on(aimd), on(vegas)])('%s stays', (_name, one) => {
    const subject = new Subject(one);
    const before = subject.limit;
    subject.serve(
      5000,
      () => 10,
      {},
      () => before - 1,
    );
    expect(subject.limit).toBeLessThanOrEqual(before);
  });
});

describe('controlled delay with a 5 ms target sheds everything when service times are 100 ms', () => {
  test.each([on(controlledDelay), on(gradient), on(vegas)])('%s waits by the service time', (_name, one) => {
    const subject = new Subject(one);
    subject.serve(200, () => 100);
    subject.look({ queued: 20, oldestWaitMs: 3000, inflight: { exec: 4, forward: 0 } }, 8000);
    expect(subject.policy.queue?.()?.order).toBe('newest-first');
    expect(subject.policy.queue?.()?.maxWaitMs).toBeGreaterThanOrEqual(75);
  });

  test.each([on(controlledDelay), on(gradient), on(vegas), on(aimd), on(pid), on(loadGuard)])(
    '%s goes on answering',
    (_name, one) => {
      const flooded = machineOf([one], { work: () => 100 });
      flooded.run(60, 10_000);
      expect(served(flooded.run(60, 20_000)).length).toBeGreaterThan(0.95 * 20 * 20);
    },
  );
});

describe('a threshold without hysteresis flaps', () => {
  test('threshold stays as it is between its two thresholds', () => {
    const subject = new Subject(threshold);
    // Who has few requests is spared.
    const at = (load: number) => subject.look({ loadAverage: 12, running: load * 2, queued: 8 }, 50)?.lane;
    expect([4.2, 3.9, 4.1, 3.9, 2.9].map(at)).toEqual(['shed', 'shed', 'shed', 'shed', 'shed']);
    expect([2.7, 3.9, 2.7, 3.9].map(at)).not.toContain('shed');
  });

  test('load-guard stays awake for a while when the load swings', () => {
    const subject = new Subject(loadGuard);
    for (let turn = 0; turn < 20; turn += 1) {
      subject.look({ running: turn % 2 === 0 ? 20 : 0, inflight: { exec: 2, forward: 0 } }, 500);
      expect(subject.limit).toBeLessThan(Number.POSITIVE_INFINITY);
    }
  });
});

test('a shed that asks everybody back after the same 10 s makes the next flood: the page spreads it', () => {
  const page = new PreparedOverloadPage({ application: 'wiki', random: seededRandom(1) });
  const seconds = Array.from({ length: 200 }, (_, id) => {
    const { head } = page.shed(view, `r${id}`, 10_000);
    return Number(/Retry-After: (\d+)/i.exec(new TextDecoder().decode(head.fields))?.[1]);
  });
  expect(Math.min(...seconds)).toBeGreaterThanOrEqual(10);
  expect(new Set(seconds).size).toBeGreaterThanOrEqual(9);
});

test('the seeds use a daemon that is up whatever the load, so the page never shows: threshold sheds', () => {
  const inflight = { exec: 0, forward: 8 };
  const drowning = { loadAverage: 20, running: 20, daemon: 'up', inflight } as const;
  expect(new Subject(threshold).look(drowning, 2000)?.lane).toBe('shed');
});

describe('the gateway’s event loop is not the machine', () => {
  test.each([...builtInPolicies].map(([name, one]) => [name, one] as const))(
    '%s sheds nobody because the loop is late',
    (_name, one) => {
      const subject = new Subject(one);
      const late = { eventLoopDelayMs: 500 };
      expect(subject.look(late, 5000)?.lane).not.toBe('shed');
      expect(subject.policy.arrive?.(view, idleLoad(late)) ?? {}).not.toHaveProperty('shed');
    },
  );

  test.each([on(gradient), on(vegas), on(aimd)])(
    '%s keeps the throughput of a quick daemon when 200 visitors come as fast as they are answered',
    (_name, one) => {
      const quick = machineOf([one], { work: () => 0.05, loopMs: 0.03, lane: 'forward' });
      for (const visitors of [1, 8, 50]) quick.runClosed(visitors, 2000);
      const perSecond = served(quick.runClosed(200, 4000)).length / 4;
      // Two turns of the loop for each.
      expect(perSecond).toBeGreaterThan(0.9 * (1000 / 0.06));
    },
  );
});

describe('shed responses and health checks must not feed the latency estimate', () => {
  test.each([on(gradient), on(aimd), on(vegas), on(controlledDelay), on(loadGuard)])(
    '%s learns nothing of them',
    (_name, one) => {
      const subject = new Subject(one);
      subject.serve(200, computing);
      const before = subject.policy.snapshot?.();
      subject.serve(500, () => 0.1, { lane: 'shed', result: 'ignored' });
      subject.serve(500, () => 0.1, { result: 'ignored' });
      expect(subject.policy.snapshot?.()).toEqual(before);
    },
  );
});

test('a change of state is logged, not every refusal', () => {
  const said: string[] = [];
  const say = (event: string) => said.push(event);
  const logger: Logger = { debug: say, info: say, warn: say, error: say };
  const log = new StateLog({ logger, clock: new VirtualClock(), load: emptyLoad });
  const decision = { lane: 'shed', policy: 'threshold', reason: 'drowning' } as const;
  for (let shed = 0; shed < 1000; shed += 1) log.finished(exchangeRecord({ decision }));
  expect(said).toEqual(['shedding-began']);
});
