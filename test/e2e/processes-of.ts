import { readdirSync, readFileSync } from 'node:fs';

/** Ids of the living processes whose command line has this text. */
export function processesOf(text: string): string[] {
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return false;
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() === text;
    } catch {
      return false;
    }
  });
}
