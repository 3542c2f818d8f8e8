import { readdirSync, readFileSync } from 'node:fs';

/**
 * Whether a process group has any process that is more than an entry for its exit status. The entries of orphans stay
 * until process 1 collects them, and some are slow at that.
 * Reads the state of every process, some milliseconds in all: not to be asked often.
 */
export function groupLives(group: number): boolean {
  for (const name of readdirSync('/proc')) {
    if (name >= '0' && name <= '9~' && livesIn(name, group)) return true;
  }
  return false;
}

/** See proc_pid_stat(5): `number (name) state parent group …`; the name may have anything in it. */
function livesIn(name: string, group: number): boolean {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${name}/stat`, 'latin1');
  } catch {
    return false;
  }
  const [state, , itsGroup] = stat.slice(stat.lastIndexOf(')') + 2).split(' ', 3);
  return Number(itsGroup) === group && state !== 'Z' && state !== 'X';
}
