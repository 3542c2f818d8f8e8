import { dlopen } from 'bun:ffi';
import { readFileSync } from 'node:fs';
import { familyOf } from './process-table.ts';

const PR_SET_CHILD_SUBREAPER = 36;

/** From now on whatever our children leave behind becomes ours, so that nothing that was started here can get out of sight. */
export function adoptOrphans(): void {
  const { symbols } = dlopen('libc.so.6', {
    prctl: { args: ['i32', 'u64', 'u64', 'u64', 'u64'], returns: 'i32' },
  });
  if (symbols.prctl(PR_SET_CHILD_SUBREAPER, 1n, 0n, 0n, 0n) !== 0)
    throw new Error('orphans cannot be adopted');
}

/** Ends what is left of all that we have started; a line for each: its number and its command. */
export function endLeftovers(): string[] {
  const lines: string[] = [];
  for (const { pid, ended } of familyOf([process.pid])) {
    if (pid === process.pid || ended) continue;
    lines.push(`${pid} ${commandOf(pid)}`);
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Gone meanwhile.
    }
  }
  return lines;
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}
