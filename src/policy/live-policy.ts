import type { Policy } from '../core/policy.ts';

/** A policy at work, with what is needed to check its answers. */
export interface LivePolicy {
  readonly name: string;
  /** The reasons that it declared. */
  readonly reasons: readonly string[];
  readonly policy: Policy;
}
