import { hasCode } from '../system/has-code.ts';
import { fileStatus } from './system/file-status.ts';
import { makeFolder } from './system/make-folder.ts';
import { OPEN, openFile } from './system/open-file.ts';
import { renameFile } from './system/rename-file.ts';
import { shareFile } from './system/share-file.ts';
import { systemCalls } from './system/system-calls.ts';

/**
 * Makes a folder for whoever may write to the one that it is in: same owner (where we are root), same group, open to the group where that one
 * is. What stands in its place and is no folder is moved aside. Throws what the system says.
 */
export function makeSharedFolder(path: string): void {
  const found = fileStatus(path, false);
  if (found?.kind === 'folder') return;
  if (found !== undefined) renameFile(path, `${path}.broken`);
  try {
    makeFolder(path, 0o700);
  } catch (error) {
    // Somebody else was faster.
    if (hasCode(error, 'EEXIST')) return;
    throw error;
  }
  const descriptor = openFile(path, OPEN.read | OPEN.folder | OPEN.noFollow);
  shareFile(descriptor, path);
  systemCalls().close(descriptor);
}
