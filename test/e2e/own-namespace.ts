import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { peer } from '../support/peer.ts';

export const unshare = peer('util-linux', 'unshare');

/** Whether this user may run a command with these options of unshare(1): by default only root, and not in every container. */
export function mayUnshare(...options: string[]): boolean {
  if (!unshare.available) return false;
  return spawnSync(unshare.path, [...options, 'true'], { timeout: 10_000 }).status === 0;
}

/** The process, as numbered here, that `unshare --fork` runs in the namespace. */
export function childOf(pid: number): number {
  const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim().split(' ');
  return Number(child);
}

/** The process, as numbered here, that has this number in the namespace in which `parent` is process 1 and its parent. */
export function numberedInside(parent: number, inside: number): number {
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const status = readFileSync(`/proc/${name}/status`, 'latin1');
      const isChild = new RegExp(`^PPid:\\s+${parent}$`, 'm').test(status);
      if (isChild && new RegExp(`^NSpid:.*\\s${inside}$`, 'm').test(status)) return Number(name);
    } catch {
      // Gone meanwhile.
    }
  }
  throw new Error(`process 1 (here ${parent}) has no child that it knows as ${inside}`);
}
