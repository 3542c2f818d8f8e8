import { readFileSync } from 'node:fs';
import { startInStat } from './start-in-stat.ts';

/** A process for good: its number may be given to another one later, the moment of its start not. */
export interface ProcessIdentity {
  readonly pid: number;
  /** In ticks of the kernel's clock since it started: proc_pid_stat(5), field 22. */
  readonly startTicks: number;
}

/** Nothing where there is no such process, or only an entry that waits to be reaped. */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  const start = startInStat(stat);
  return start === undefined ? undefined : { pid, startTicks: Number(start) };
}

export function isRunning({ pid, startTicks }: ProcessIdentity): boolean {
  return identifyProcess(pid)?.startTicks === startTicks;
}
