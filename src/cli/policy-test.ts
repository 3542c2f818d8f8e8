import type { ContractWord } from '../lab/contract-word.ts';
import { LIMIT_BESIDE } from '../lab/machine/flood-checks.ts';
import { runContract } from '../lab/run-contract.ts';
import { runContractApart } from '../lab/run-contract-apart.ts';
import { loadPolicy } from '../policy/load-policy.ts';
import { policyFile } from '../policy/policy-file.ts';
import { displayPath } from './display-path.ts';
import { filledLines } from './filled-lines.ts';

/** `spillway policy test FILE`. Throws a Fault where FILE is no policy; what of the contract it breaks is told, and makes the exit code 1. */
export async function policyTest(name: string): Promise<void> {
  const directory = process.cwd();
  const definition = await loadPolicy(name, { directory, trial: {} });
  const file = policyFile(name, directory);
  const from = file === undefined ? '' : ` (${displayPath(file)})`;
  process.stdout.write(`${definition.name}${from}\n`);
  let checks = 0;
  let broken = 0;
  const tell = (word: ContractWord): void => {
    if ('verdict' in word) {
      checks += 1;
      if (word.verdict.problem !== undefined) broken += 1;
      process.stdout.write(verdictLines(word.verdict));
    } else if ('floods' in word) process.stdout.write(floodLines(word.floods));
  };
  if (file === undefined) runContract(definition, file, tell);
  else await runContractApart(file, tell);
  process.stdout.write(
    broken === 0
      ? `all ${checks} kept\n`
      : `${broken} of ${checks} broken: the gateway would not be safe with it\n`,
  );
  if (broken > 0) process.exitCode = 1;
}

type Verdict = Extract<ContractWord, { verdict: unknown }>['verdict'];

function verdictLines(verdict: Verdict): string {
  const { sentence, problem = '' } = verdict;
  const below = ['figures' in verdict ? verdict.figures : '', problem].filter((text) => text !== '');
  const lines = below.map((text) => `${filledLines(text, '            ')}\n`).join('');
  return `  ${verdict.problem === undefined ? 'kept  ' : 'BROKEN'}  ${sentence}\n${lines}`;
}

function floodLines(floods: Extract<ContractWord, { floods: unknown }>['floods']): string {
  if (floods === 'none') return 'It is not flooded before it keeps these.\n';
  const beside =
    floods === 'beside a limit'
      ? `, beside \`fixed\` with ${LIMIT_BESIDE} at once, having no limit of its own`
      : '';
  return `${filledLines(`Flooded in a simulated machine with 2 processors and a program that needs 12 ms${beside}:`, '')}\n`;
}
