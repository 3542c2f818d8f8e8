import type { FloodVerdict } from './machine/run-flood-checks.ts';
import type { PolicyVerdict } from './policy-contract/run-policy-checks.ts';

/** What is told of a test of a policy while it goes on: a check begins, how it went, the floods come next, or do not. */
export type ContractWord =
  | { readonly begins: string }
  | { readonly verdict: PolicyVerdict | FloodVerdict }
  | { readonly floods: 'with its own limit' | 'beside a limit' | 'none' };
