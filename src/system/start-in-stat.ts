import { livingFields } from './living-fields.ts';

/** Place of field 22 among those from field 3 on. */
const START = 19;

/**
 * When the process started of which `stat` is the text of /proc/PID/stat: in clock ticks from boot, as the kernel writes it (proc_pid_stat(5),
 * field 22). Nothing where it has ended and only waits to be reaped. `stat` may be cut off behind that field.
 */
export function startInStat(stat: string): string | undefined {
  return livingFields(stat, START + 1)?.[START];
}
