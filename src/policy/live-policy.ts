import type { Policy } from '../core/policy.ts';

/** A policy at work, with what is needed to check its answers. */
export interface LivePolicy {
  readonly name: string;
  /** The reasons that it declared. */
  readonly reasons: readonly string[];
  readonly policy: Policy;
  /** Of a composed policy: by these names its snapshot has those of its parts. */
  readonly parts?: readonly string[];
  /** It may say its lanes and priorities, but not shed, limit or order: what it would shed is counted. */
  readonly dryRun?: boolean;
}
