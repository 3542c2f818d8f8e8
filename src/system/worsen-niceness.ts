import { libc } from './libc.ts';

/** sys/resource.h: who is one process, or a process group. */
const PRIO_PROCESS = 0;
const PRIO_PGRP = 1;
/** The worst niceness there is, and the best. */
const WORST = 19;
const BEST = -20;

/**
 * Gives the process group `group` the niceness of this process and `by` more, so that this process has a processor before them. False
 * where the group is gone, or may not have it: only root makes it better.
 */
export function worsenNiceness(group: number, by: number): boolean {
  const { getpriority, setpriority } = libc();
  const niceness = Math.max(BEST, Math.min(WORST, getpriority(PRIO_PROCESS, 0) + by));
  return setpriority(PRIO_PGRP, group, niceness) === 0;
}
