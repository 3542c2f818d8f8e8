import type { Snapshot } from '../core/policy.ts';
import type { ParameterValue } from './check-parameters.ts';

/** With what a policy is tried. */
export interface PolicyTrial {
  /** As an operator wrote them. */
  readonly given?: Readonly<Record<string, unknown>>;
  /** Beside these, checked already; what neither has is the default. */
  readonly parameters?: Readonly<Record<string, ParameterValue>>;
  readonly dryRun?: boolean;
  /** What would be handed to it, by name of the policy; without it, what it learns in the trial itself. */
  readonly saved?: Readonly<Record<string, Snapshot>> | undefined;
}

/** For the process in which it is tried. */
export interface TrialInput {
  readonly file: string;
  /** Without it the policy is only loaded. */
  readonly trial: PolicyTrial | undefined;
}

/** What that process does next, such as `loading` or `arrive`. */
export interface TrialStep {
  readonly step: string;
}
