import aimd from '../../policies/aimd.ts';
import auto from '../../policies/auto.ts';
import controlledDelay from '../../policies/controlled-delay.ts';
import fair from '../../policies/fair.ts';
import fixed from '../../policies/fixed.ts';
import gradient from '../../policies/gradient.ts';
import loadGuard from '../../policies/load-guard.ts';
import pid from '../../policies/pid.ts';
import priority from '../../policies/priority.ts';
import threshold from '../../policies/threshold.ts';
import vegas from '../../policies/vegas.ts';
import type { PolicyDefinition } from '../core/policy.ts';
import { composedPolicy } from './composed-policy.ts';

const own: ReadonlyMap<string, PolicyDefinition> = new Map(
  [threshold, gradient, aimd, vegas, controlledDelay, loadGuard, pid, fixed, priority, fair].map(
    (definition: PolicyDefinition) => [definition.name, definition],
  ),
);

/** The policies that come with Spillway, by name, the default first. Imported here so that a compiled binary carries them. */
export const builtInPolicies: ReadonlyMap<string, PolicyDefinition> = new Map([
  [auto.name, composedPolicy(auto, own)],
  ...own,
]);
