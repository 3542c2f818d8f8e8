import { chmodSync, chownSync, lstatSync, mkdirSync, renameSync } from 'node:fs';
import { hasCode } from '../system/has-code.ts';
import { sharedRights } from '../system/shared-rights.ts';

/** The group of what is made in the folder is the folder's. */
const SET_GROUP = 0o2000;
const EXECUTE_WITH_READ = (mode: number): number => mode | ((mode & 0o440) >> 2);

/**
 * Makes a folder for whoever may write to the one that it is in: same owner (where we are root), same group, open to the group where that one
 * is. What stands in its place and is no folder is moved aside. Throws what the system says.
 */
export function makeSharedFolder(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory()) return;
  if (found !== undefined) renameSync(path, `${path}.broken`);
  try {
    mkdirSync(path, 0o700);
  } catch (error) {
    // Somebody else was faster.
    if (hasCode(error, 'EEXIST')) return;
    throw error;
  }
  const { mode, user, group } = sharedRights(path);
  try {
    chownSync(path, user, group);
  } catch {
    // We are not of that group. The folder serves those who run as we do.
    return;
  }
  chmodSync(path, EXECUTE_WITH_READ(mode) | SET_GROUP);
}
