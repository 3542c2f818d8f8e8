import type { PolicyDefinition } from '../../core/policy.ts';
import { placeOfError } from '../../policy/place-of-error.ts';
import { policyChecks } from './policy-checks.ts';

export interface PolicyVerdict {
  readonly sentence: string;
  /** Nothing where it is kept. */
  readonly problem: string | undefined;
}

/**
 * Makes every check, one after the other, each told to `begin` before. What a policy throws is a problem; in `file`, where it has one, the place
 * of it is told.
 */
export function* runPolicyChecks(
  definition: PolicyDefinition,
  file?: string,
  begin: (sentence: string) => void = () => {},
): Generator<PolicyVerdict> {
  for (const { sentence, run } of policyChecks) {
    begin(sentence);
    let problem: string | undefined;
    try {
      problem = run(definition);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const { line, column } = file === undefined ? {} : placeOfError(error, file);
      problem = line === undefined ? `it threw: ${message}` : `it threw at ${line}:${column}: ${message}`;
    }
    yield { sentence, problem };
  }
}
