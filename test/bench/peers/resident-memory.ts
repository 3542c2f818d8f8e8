import { readFileSync } from 'node:fs';
import { familyOf } from './process-table.ts';

/** How often memory is looked at until it stands still, and for how long it must. */
const lookMs = 500;
const stillLooks = 4;
const stillShare = 0.02;

/** Bytes of resident memory of these processes and all their descendants; what they share is counted for each. */
export function residentMemory(pids: readonly number[]): number {
  return familyOf(pids).reduce((bytes, { pid }) => bytes + memoryOf(pid), 0);
}

/**
 * The same, as soon as it has not changed by more than a fiftieth for two seconds, or at the deadline: a server that takes in large
 * answers is at it for a while after the last visitor has come.
 */
export async function settledMemory(pids: readonly number[], deadlineMs: number): Promise<number> {
  const looks: number[] = [];
  const endMs = performance.now() + deadlineMs;
  for (;;) {
    looks.push(residentMemory(pids));
    const last = looks.slice(-stillLooks - 1);
    const [least, most] = [Math.min(...last), Math.max(...last)];
    if ((last.length > stillLooks && most - least <= stillShare * most) || performance.now() > endMs)
      return looks.at(-1) ?? Number.NaN;
    await Bun.sleep(lookMs);
  }
}

function memoryOf(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
