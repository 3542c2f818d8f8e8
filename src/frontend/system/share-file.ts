import { rightsInFolder } from '../../system/rights-in-folder.ts';
import { fileStatus } from './file-status.ts';
import { folderOf } from './folder-of.ts';
import { systemCalls } from './system-calls.ts';

/** The group of what is made in the folder is the folder's. */
const SET_GROUP = 0o2000;
const READ = 0o440;

/**
 * Opens what we have made to whoever may write to the folder that it is in. Where that cannot be, since we are not of that group, it serves those who
 * run as we do.
 */
export function shareFile(descriptor: number, path: string): void {
  const made = fileStatus(folderOf(path));
  const own = fileStatus(descriptor);
  if (made === undefined || own === undefined) return;
  const { mode, user, group } = rightsInFolder(made);
  const calls = systemCalls();
  if (calls.fchown(descriptor, user, group) !== 0) return;
  calls.fchmod(descriptor, own.kind === 'folder' ? mode | ((mode & READ) >> 2) | SET_GROUP : mode);
}
