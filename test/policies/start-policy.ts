import type { Parameters, ParameterValues } from '../../src/core/parameter.ts';
import type { Policy, PolicyDefinition, Snapshot } from '../../src/core/policy.ts';
import { standardPolicyHelpers } from '../../src/core/standard-policy-helpers.ts';
import { seededRandom } from '../support/seeded-random.ts';
import type { VirtualClock } from '../support/virtual-clock.ts';

/** Makes a policy with its defaults, changed as wanted. */
export function startPolicy<P extends Parameters>(
  definition: PolicyDefinition<P>,
  clock: VirtualClock,
  changes: Partial<ParameterValues<P>> = {},
  saved?: Snapshot,
): Policy {
  const defaults = Object.fromEntries(
    Object.entries(definition.parameters).map(([key, parameter]) => [key, parameter.default]),
  );
  return definition.create({
    parameters: { ...defaults, ...changes } as ParameterValues<P>,
    clock,
    random: seededRandom(1),
    helpers: standardPolicyHelpers,
    saved,
  });
}
