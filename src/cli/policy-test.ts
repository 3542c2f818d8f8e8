import { hasLimit, LIMIT_BESIDE } from '../lab/machine/flood-checks.ts';
import { runFloodChecks } from '../lab/machine/run-flood-checks.ts';
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
  const tell = (sentence: string, problem: string | undefined, figures = '') => {
    checks += 1;
    if (problem !== undefined) broken += 1;
    const below = [figures, problem ?? ''].filter((text) => text !== '');
    const lines = below.map((text) => `${filledLines(text, '            ')}\n`).join('');
    process.stdout.write(`  ${problem === undefined ? 'kept  ' : 'BROKEN'}  ${sentence}\n${lines}`);
  };
  for (const { sentence, problem } of runPolicyChecks(definition, file)) tell(sentence, problem);
  if (broken === 0) {
    const beside = hasLimit(definition)
      ? ''
      : `, beside \`fixed\` with ${LIMIT_BESIDE} at once, having no limit of its own`;
    process.stdout.write(
      `${filledLines(`Flooded in a simulated machine with 2 processors and a program that needs 12 ms${beside}:`, '')}\n`,
    );
    for (const { sentence, problem, figures } of runFloodChecks(definition, file))
      tell(sentence, problem, figures);
  } else process.stdout.write('It is not flooded before it keeps these.\n');
  process.stdout.write(
    broken === 0
      ? `all ${checks} kept\n`
      : `${broken} of ${checks} broken: the gateway would not be safe with it\n`,
  );
  if (broken > 0) process.exitCode = 1;
}
