import { fileURLToPath } from 'node:url';
import { serialize } from 'node:v8';
import { runApart } from '../apart/run-apart.ts';
import { formatDuration } from '../config/duration.ts';
import { Fault } from '../core/fault.ts';
import type { PolicyTrial, TrialInput, TrialStep } from './policy-trial.ts';

/** A policy needs microseconds, and milliseconds to be loaded. */
const LIMIT_MS = 2_000;
const PROCESSOR_SECONDS = 20;

/**
 * Loads an operator's own policy in a process of its own, and has it answer every question there where there is a `trial`. A Fault where it does not
 * come back from that in time, or ends the process; nothing else that is wrong with it is told.
 */
export async function tryApart(
  file: string,
  trial: PolicyTrial | undefined,
  limitMs = LIMIT_MS,
): Promise<Fault | undefined> {
  let step: string | undefined;
  const end = await runApart({
    module: fileURLToPath(new URL('./trial-process.ts', import.meta.url)),
    input: { file, trial: clonable(trial) } satisfies TrialInput,
    limitMs,
    processorSeconds: PROCESSOR_SECONDS,
    output: 'ignore',
    hear: (word) => {
      const isFirst = step === undefined;
      ({ step } = word as TrialStep);
      return isFirst;
    },
  });
  if (end.kind === 'done') return undefined;
  if (step === undefined) return notTried(file, end.kind === 'late' ? 'that it does not start' : end.how);
  return end.kind === 'late'
    ? new Fault(
        'policy/endless',
        `expected ${step} to end within ${formatDuration(limitMs)}, found that it does not (an endless loop?)`,
        { file },
      )
    : new Fault(
        'policy/ends-process',
        `expected ${step} to come back, found that it ended the process with ${end.how}`,
        { file },
      );
}

/** What a policy has learned may be anything: what cannot be handed on is not tried. */
function clonable(trial: PolicyTrial | undefined): PolicyTrial | undefined {
  if (trial?.saved === undefined) return trial;
  try {
    serialize(trial.saved);
    return trial;
  } catch {
    return { ...trial, saved: undefined };
  }
}

function notTried(file: string, found: string): Fault {
  return new Fault('policy/not-tried', `expected a process in which to try the policy, found: ${found}`, {
    file,
  });
}
