import { readFileSync } from 'node:fs';

/** Resident memory of a process; 0 where it cannot be told. */
export function residentBytes(pid: number): number {
  try {
    const found = /^VmRSS:\s+([0-9]+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
    return Number(found?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
