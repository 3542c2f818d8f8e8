import { readdirSync, readFileSync } from 'node:fs';
import { livingFields } from './living-fields.ts';
import { groupExists } from './process-group.ts';

/** Place of field 5 of /proc/PID/stat among those from field 3 on. */
const PROCESS_GROUP = 2;

/**
 * Whether any process of the group that `pid` leads still runs. One that has ended keeps the group in existence until it is
 * reaped, and for a grandchild that is up to process 1, which may take seconds or never do it. Cheap where the group is
 * gone; else reads /proc, some 10 microseconds for each process of the machine: not for hot paths.
 */
export function groupRuns(pid: number): boolean {
  if (!groupExists(pid)) return false;
  return readdirSync('/proc').some((entry) => /^\d+$/.test(entry) && isRunningMember(entry, pid));
}

function isRunningMember(entry: string, group: number): boolean {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${entry}/stat`, 'latin1');
  } catch {
    // It ended since the directory was read.
    return false;
  }
  return Number(livingFields(stat, PROCESS_GROUP + 1)?.[PROCESS_GROUP]) === group;
}
