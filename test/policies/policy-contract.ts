import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Load } from '../../src/core/load.ts';
import type { Outcome } from '../../src/core/outcome.ts';
import type { Policy, PolicyDefinition, Snapshot } from '../../src/core/policy.ts';
import { checkDefinition } from '../../src/policy/check-definition.ts';
import { idleLoad } from '../support/idle-load.ts';
import { viewOf } from '../support/view-of.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { startPolicy } from './start-policy.ts';

const view = viewOf();
const amount = fc.oneof(
  fc.constantFrom(0, 1, 1e9, Number.MAX_VALUE, -1, Number.NaN, Number.POSITIVE_INFINITY),
  fc.double({ min: 0, max: 100, noNaN: true }),
);
const signal = fc.option(amount, { nil: undefined });
const anyLoad: fc.Arbitrary<Load> = fc.record({
  processors: amount,
  loadAverage: signal,
  running: signal,
  cpuPressure: signal,
  memoryPressure: signal,
  ioPressure: signal,
  cpuBusy: signal,
  memoryAvailable: signal,
  eventLoopDelayMs: signal,
  lanes: fc.constantFrom<Load['lanes'][]>(['exec'], ['forward'], ['exec', 'forward'], ['forward', 'exec']),
  daemon: fc.constantFrom('none', 'down', 'starting', 'up', 'retiring', 'failing'),
  inflight: fc.record({ exec: amount, forward: amount }),
  queued: amount,
  oldestWaitMs: amount,
});
const anyOutcome: fc.Arbitrary<Outcome> = fc.record({
  lane: fc.constantFrom('exec', 'forward', 'shed'),
  result: fc.constantFrom('served', 'failed', 'ignored'),
  waitMs: amount,
  firstByteMs: signal,
  busyMs: amount,
  totalMs: amount,
  inflight: amount,
});
const anyStep = fc.record({ load: anyLoad, outcome: anyOutcome, gapMs: fc.nat(5000) });
const anySteps = fc.array(anyStep, { minLength: 1, maxLength: 60 });
const anySnapshot = fc.jsonValue() as fc.Arbitrary<Snapshot>;

interface Step {
  readonly load: Load;
  readonly outcome: Outcome;
  readonly gapMs: number;
}

/** Walks through the steps and gives every answer. */
function walk(policy: Policy, clock: VirtualClock, steps: readonly Step[]) {
  return steps.map(({ load, outcome, gapMs }) => {
    clock.advance(gapMs);
    const arrival = policy.arrive?.(view, load);
    const dispatch = policy.dispatch?.(view, load);
    policy.outcome?.(outcome);
    const limits = { exec: policy.limit?.('exec'), forward: policy.limit?.('forward') };
    return { load, arrival, dispatch, limits, queue: policy.queue?.() };
  });
}

/** What every policy must keep, whatever it decides. To be called in a test file of each. */
export function describePolicy(definition: PolicyDefinition): void {
  const { name, reasons } = definition;

  describe(`${name} keeps the contract of policies`, () => {
    test('is a definition that the loader takes, documented throughout', () => {
      expect(checkDefinition(definition, `policies/${name}.ts`)).toBe(definition);
      for (const text of [
        definition.when,
        definition.source,
        ...Object.values(definition.parameters).map(({ meaning }) => meaning),
      ]) {
        expect(text.length).toBeGreaterThan(20);
        expect(text).toMatch(/[.:)]$/);
      }
    });

    test('answers any load with lanes of the application, declared reasons and bounded whole limits', () => {
      fc.assert(
        fc.property(anySteps, (steps) => {
          const clock = new VirtualClock();
          for (const { load, arrival, dispatch, limits, queue } of walk(
            startPolicy(definition, clock),
            clock,
            steps,
          )) {
            if (arrival !== undefined && 'shed' in arrival) {
              expect(reasons).toContain(arrival.shed);
              expect(arrival.retryAfterMs ?? 0).toBeGreaterThanOrEqual(0);
            } else if (arrival !== undefined) expect(arrival.priority).toSatisfy(Number.isFinite);
            if (dispatch !== undefined) {
              expect([...load.lanes, 'shed']).toContain(dispatch.lane);
              expect(reasons).toContain(dispatch.reason);
            }
            for (const limit of [limits.exec, limits.forward]) {
              if (limit === undefined) continue;
              expect(limit).toSatisfy(Number.isSafeInteger);
              expect(limit).toBeGreaterThanOrEqual(1);
              expect(limit).toBeLessThanOrEqual(10_000);
            }
            if (queue?.maxWaitMs !== undefined) {
              expect(queue.maxWaitMs).toSatisfy(Number.isFinite);
              expect(queue.maxWaitMs).toBeGreaterThan(0);
            }
          }
        }),
      );
    });

    test('gives the same answers to the same questions', () => {
      fc.assert(
        fc.property(anySteps, (steps) => {
          const [one, other] = [0, 0].map(() => {
            const clock = new VirtualClock();
            return walk(startPolicy(definition, clock), clock, steps);
          });
          expect(one).toEqual(other);
        }),
      );
    });

    test('gives the same lane when it is asked twice at one instant', () => {
      fc.assert(
        fc.property(anySteps, anyLoad, (steps, load) => {
          const clock = new VirtualClock();
          const policy = startPolicy(definition, clock);
          walk(policy, clock, steps);
          const first = policy.dispatch?.(view, load);
          expect(policy.dispatch?.(view, load)?.lane).toBe(first?.lane);
        }),
      );
    });

    test('sheds nobody any more 5 seconds after any load is gone', () => {
      fc.assert(
        fc.property(anySteps, (steps) => {
          const clock = new VirtualClock();
          const policy = startPolicy(definition, clock);
          walk(policy, clock, steps);
          clock.advance(5000);
          expect(policy.arrive?.(view, idleLoad()) ?? {}).not.toHaveProperty('shed');
          expect(policy.dispatch?.(view, idleLoad())?.lane).not.toBe('shed');
        }),
      );
    });

    test('has no limit that stays low after a flood of failures', () => {
      const clock = new VirtualClock();
      const policy = startPolicy(definition, clock);
      const before = policy.limit?.('exec');
      flood(policy, clock, 'failed', 30_000);
      const during = policy.limit?.('exec');
      flood(policy, clock, 'served', 20_000);
      expect(policy.limit?.('exec') ?? 0).toBeGreaterThanOrEqual(Math.min(2, before ?? 0, during ?? 0));
      if (before !== undefined) expect(policy.limit?.('exec')).toBeGreaterThan(1);
    });

    test('hands on what it has learned through JSON', () => {
      fc.assert(
        fc.property(anySteps, (steps) => {
          const clock = new VirtualClock();
          const policy = startPolicy(definition, clock);
          walk(policy, clock, steps);
          const snapshot = policy.snapshot?.();
          if (snapshot === undefined) return;
          expect(JSON.stringify(snapshot).length).toBeLessThan(10_000);
          const read: Snapshot = JSON.parse(JSON.stringify(snapshot));
          const next = startPolicy(definition, clock, {}, read);
          expect(next.snapshot?.()).toEqual(read);
        }),
      );
    });

    test('begins with any saved state, a broken one included', () => {
      fc.assert(
        fc.property(anySnapshot, anySteps, (saved, steps) => {
          const clock = new VirtualClock();
          const policy = startPolicy(definition, clock, {}, saved);
          for (const { limits } of walk(policy, clock, steps)) {
            for (const limit of [limits.exec, limits.forward]) {
              if (limit !== undefined)
                expect(limit).toSatisfy((one: number) => Number.isSafeInteger(one) && one >= 1);
            }
          }
        }),
      );
    });
  });
}

/** A lane that is always full: one outcome every 5 ms. */
function flood(policy: Policy, clock: VirtualClock, result: 'served' | 'failed', forMs: number): void {
  for (let passed = 0; passed < forMs; passed += 5) {
    clock.advance(5);
    const limit = Math.min(policy.limit?.('exec') ?? 1, 20);
    const load = idleLoad({ inflight: { exec: limit, forward: 0 }, lanes: ['exec'] });
    policy.arrive?.(view, load);
    policy.dispatch?.(view, { ...load, inflight: { exec: limit - 1, forward: 0 } });
    policy.outcome?.({
      lane: 'exec',
      result,
      waitMs: 0,
      firstByteMs: 12,
      busyMs: 12,
      totalMs: 12,
      inflight: limit,
    });
  }
}
