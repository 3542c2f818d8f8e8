import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Load } from '../../src/core/load.ts';
import type { Outcome } from '../../src/core/outcome.ts';
import type { PolicyDefinition } from '../../src/core/policy.ts';
import type { FloodClaims } from '../../src/lab/machine/flood-checks.ts';
import { policyChecks } from '../../src/lab/policy-contract/policy-checks.ts';
import { Trial } from '../../src/lab/policy-contract/trial.ts';
import { viewOf } from '../support/view-of.ts';
import { describeInMachine } from './machine-contract.ts';

const amount = fc.oneof(
  fc.constantFrom(0, 1, 1e9, Number.MAX_VALUE, -1, Number.NaN, Number.POSITIVE_INFINITY),
  fc.double({ min: 0, max: 100, noNaN: true }),
);
const signal = fc.option(amount, { nil: undefined });
const anyLoad: fc.Arbitrary<Load> = fc.record({
  processors: amount,
  machineProcessors: signal,
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
const anyRequest = fc.record({
  view: fc.constant(viewOf()),
  load: anyLoad,
  outcome: anyOutcome,
  gapMs: fc.nat(5000),
});

/** What every policy must keep, whatever it decides: what `spillway policy test` checks. To be called in a test file of each. */
export function describePolicy(definition: PolicyDefinition, claims: FloodClaims = {}): void {
  describe(`${definition.name} keeps the contract of policies`, () => {
    test.each(policyChecks.map((check) => [check.sentence, check] as const))('%s', (_sentence, { run }) => {
      expect(run(definition)).toBeUndefined();
    });

    test('answers within its bounds and never throws, whatever the loads and outcomes', () => {
      fc.assert(
        fc.property(
          fc.array(anyRequest, { minLength: 1, maxLength: 60 }),
          fc.jsonValue(),
          (requests, saved) => {
            for (const state of [undefined, saved as never])
              expect(new Trial(definition, state).askAll(requests, definition.reasons)).toBeUndefined();
          },
        ),
      );
    });
  });

  describeInMachine(definition, claims);
}
