import { fileURLToPath } from 'node:url';
import { runApart } from '../apart/run-apart.ts';
import { formatDuration } from '../config/duration.ts';
import { Fault } from '../core/fault.ts';
import type { ContractWord } from './contract-word.ts';

/** A check takes a second at most on a machine that has time. */
const LIMIT_MS = 10_000;
const PROCESSOR_SECONDS = 300;

/**
 * Tests a policy of an operator's own in a process of its own, which is ended where a check does not come to its end: then that is what is wrong
 * with it, and the last that is told. Throws a Fault where there can be no such process.
 */
export async function runContractApart(
  file: string,
  tell: (word: ContractWord) => void,
  limitMs = LIMIT_MS,
): Promise<void> {
  let sentence: string | undefined;
  const end = await runApart({
    module: fileURLToPath(new URL('./contract-process.ts', import.meta.url)),
    input: { file },
    limitMs,
    processorSeconds: PROCESSOR_SECONDS,
    output: 'inherit',
    hear: (heard) => {
      const word = heard as ContractWord;
      if ('begins' in word) sentence = word.begins;
      tell(word);
      return true;
    },
  });
  if (end.kind === 'done') return;
  const found =
    end.kind === 'late'
      ? `it did not end within ${formatDuration(limitMs)} (an endless loop?)`
      : `it ended the process with ${end.how}`;
  if (sentence === undefined)
    throw new Fault('policy/not-tried', `expected a process in which to test the policy, found: ${found}`, {
      file,
    });
  tell({ verdict: { sentence, problem: found } });
}
