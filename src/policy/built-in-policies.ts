import fixed from '../../policies/fixed.ts';
import gradient from '../../policies/gradient.ts';
import threshold from '../../policies/threshold.ts';
import type { PolicyDefinition } from '../core/policy.ts';

/** The policies that come with Spillway, by name. Imported here so that a compiled binary carries them. */
export const builtInPolicies: ReadonlyMap<string, PolicyDefinition> = new Map(
  [threshold, gradient, fixed].map((definition: PolicyDefinition) => [definition.name, definition]),
);
