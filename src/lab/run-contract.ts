import type { PolicyDefinition } from '../core/policy.ts';
import type { ContractWord } from './contract-word.ts';
import { hasLimit } from './machine/flood-checks.ts';
import { runFloodChecks } from './machine/run-flood-checks.ts';
import { runPolicyChecks } from './policy-contract/run-policy-checks.ts';

/** Tests a policy against the whole contract; it is flooded only where it keeps everything else. `file`: where it has one, to name places in it. */
export function runContract(
  definition: PolicyDefinition,
  file: string | undefined,
  tell: (word: ContractWord) => void,
): void {
  const begin = (begins: string): void => tell({ begins });
  let broken = false;
  for (const verdict of runPolicyChecks(definition, file, begin)) {
    broken ||= verdict.problem !== undefined;
    tell({ verdict });
  }
  if (broken) {
    tell({ floods: 'none' });
    return;
  }
  tell({ floods: hasLimit(definition) ? 'with its own limit' : 'beside a limit' });
  for (const verdict of runFloodChecks(definition, file, begin)) tell({ verdict });
}
