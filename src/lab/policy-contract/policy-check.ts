import type { PolicyDefinition } from '../../core/policy.ts';

/** One thing that every policy must keep, whatever it decides. */
export interface PolicyCheck {
  /** Goes on from the policy's name: `answers any load with …`. */
  readonly sentence: string;
  /** Nothing where it is kept, else what was seen instead, in words. What it throws is as bad. */
  readonly run: (definition: PolicyDefinition) => string | undefined;
}
