import { readFileSync } from 'node:fs';

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
  // The name in brackets may hold anything, so what follows is counted from the last bracket.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const startTicks = Number(fields[19]);
  return fields[0] === 'Z' || fields[0] === 'X' || Number.isNaN(startTicks) ? undefined : { pid, startTicks };
}

export function isRunning({ pid, startTicks }: ProcessIdentity): boolean {
  return identifyProcess(pid)?.startTicks === startTicks;
}
