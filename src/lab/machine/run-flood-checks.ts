import type { PolicyDefinition } from '../../core/policy.ts';
import { placeOfError } from '../../policy/place-of-error.ts';
import type { PolicyVerdict } from '../policy-contract/run-policy-checks.ts';
import { floodChecks, furtherFloodChecks } from './flood-checks.ts';
import { twelveMs } from './flood-work.ts';

export interface FloodVerdict extends PolicyVerdict {
  /** What was measured; empty where it threw. */
  readonly figures: string;
}

/** A policy may have a first moment, or a while after, in which it is careful. */
const NEEDLESS = 0.05;

/**
 * Floods a policy with its defaults in the simulated machine: a few seconds at most for one that keeps the contract. Each check is told to `begin`
 * before.
 */
export function* runFloodChecks(
  definition: PolicyDefinition,
  file?: string,
  begin: (sentence: string) => void = () => {},
): Generator<FloodVerdict> {
  const claims = { needless: NEEDLESS };
  for (const { sentence, run } of [
    ...floodChecks(definition, claims, twelveMs),
    ...furtherFloodChecks(definition, claims),
  ]) {
    begin(sentence);
    try {
      yield { sentence, ...run() };
    } catch (error) {
      const { message, cause } = error instanceof Error ? error : new Error(String(error));
      const { line, column } = file === undefined ? {} : placeOfError(cause ?? error, file);
      const place = line === undefined ? '' : ` at ${line}:${column}`;
      const why = cause instanceof Error ? `${message}: ${cause.message}` : message;
      yield { sentence, figures: '', problem: `it threw${place}: ${why}` };
    }
  }
}
