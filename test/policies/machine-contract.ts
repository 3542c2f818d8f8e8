import { describe, expect, test } from 'vitest';
import type { PolicyDefinition } from '../../src/core/policy.ts';
import {
  type FloodCheck,
  type FloodClaims,
  floodChecks,
  furtherFloodChecks,
} from '../../src/lab/machine/flood-checks.ts';
import { floodWorks } from '../../src/lab/machine/flood-work.ts';

/** How every policy behaves in the simulated machine; part of the contract. */
export function describeInMachine(definition: PolicyDefinition, claims: FloodClaims): void {
  describe(`${definition.name} in a simulated machine`, () => {
    describe.each(floodWorks.map((work) => [work.name, work] as const))('requests of %s', (_name, work) => {
      testAll(floodChecks(definition, claims, work));
    });
    testAll(furtherFloodChecks(definition, claims));
  });
}

function testAll(checks: readonly FloodCheck[]): void {
  test.each(checks.map((check) => [check.sentence, check] as const))('%s', (_sentence, { run }) => {
    const { problem, figures } = run();
    expect(problem, figures).toBeUndefined();
  });
}
