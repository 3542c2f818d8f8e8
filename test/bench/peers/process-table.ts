import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  /** Has ended, and waits for its parent to take notice. */
  readonly ended: boolean;
  /** What it and the children that its parent has collected took of processors, user and system, milliseconds in steps of 10. */
  readonly processorMs: number;
}

/** The kernel counts in hundredths of a second, whatever it ticks with (USER_HZ). */
const msPerTick = 10;

/** Every process of the machine. See proc_pid_stat(5): the name may have anything in it, so that fields count from its end. */
export function processTable(): readonly ProcessEntry[] {
  const entries: ProcessEntry[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
      entries.push({
        pid: Number(name),
        parent: Number(fields[1]),
        ended: fields[0] === 'Z' || fields[0] === 'X',
        processorMs: ticks * msPerTick,
      });
    } catch {
      // Gone meanwhile.
    }
  }
  return entries;
}

/** These processes and all their descendants. */
export function familyOf(pids: readonly number[]): readonly ProcessEntry[] {
  const table = processTable();
  const family = new Set(pids);
  for (let size = 0; size !== family.size; ) {
    size = family.size;
    for (const { pid, parent } of table) if (family.has(parent)) family.add(pid);
  }
  return table.filter(({ pid }) => family.has(pid));
}

/** What a family has taken of processors, milliseconds. */
export function processorMs(pids: readonly number[]): number {
  return familyOf(pids).reduce((sum, one) => sum + one.processorMs, 0);
}
