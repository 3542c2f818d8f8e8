import type { Policy } from '../core/policy.ts';

/** What a policy is asked or told; a metric label. `create` is the making of the instance itself. */
export type PolicyQuestion = keyof Policy | 'create';
