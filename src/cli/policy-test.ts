import { runPolicyChecks } from '../lab/policy-contract/run-policy-checks.ts';
import { loadPolicy } from '../policy/load-policy.ts';
import { policyFile } from '../policy/policy-file.ts';
import { displayPath } from './display-path.ts';
import { filledLines } from './filled-lines.ts';

/** `spillway policy test FILE`. Throws a Fault where FILE is no policy; what of the contract it breaks is told, and makes the exit code 1. */
export async function policyTest(name: string): Promise<void> {
  const directory = process.cwd();
  const definition = await loadPolicy(name, { directory });
  const file = policyFile(name, directory);
  const from = file === undefined ? '' : ` (${displayPath(file)})`;
  process.stdout.write(`${definition.name}${from}\n`);
  let checks = 0;
  let broken = 0;
  for (const { sentence, problem } of runPolicyChecks(definition, file)) {
    checks += 1;
    if (problem !== undefined) broken += 1;
    const why = problem === undefined ? '' : `${filledLines(problem, '            ')}\n`;
    process.stdout.write(`  ${problem === undefined ? 'kept  ' : 'BROKEN'}  ${sentence}\n${why}`);
  }
  process.stdout.write(
    broken === 0
      ? `all ${checks} kept\n`
      : `${broken} of ${checks} broken: the gateway would not be safe with it\n`,
  );
  if (broken > 0) process.exitCode = 1;
}
