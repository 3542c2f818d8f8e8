import { lockPaths } from '../daemon/lock-paths.ts';
import { hasCode } from '../system/has-code.ts';
import type { FrontendConfiguration } from './frontend-configuration.ts';
import { folderOf } from './system/folder-of.ts';
import { openPlainFile } from './system/open-plain-file.ts';
import { systemCalls } from './system/system-calls.ts';

/** Tells the keeper that a request goes to the exec lane although the daemon is up. Never throws. */
export async function markNotNeeded(
  { application: { scgi }, file }: FrontendConfiguration,
  index = 0,
): Promise<void> {
  const address = scgi?.addresses[index];
  if (scgi?.daemon === undefined || address === undefined) return;
  const { quiet } = lockPaths(address, folderOf(file));
  try {
    mark(await open(quiet));
  } catch {
    // Then the daemon is retired when it is idle.
  }
}

async function open(path: string): Promise<number | undefined> {
  try {
    return openPlainFile(path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
    return (await import('../system/open-shared-file.ts')).openSharedFile(path);
  }
}

function mark(descriptor: number | undefined): void {
  if (descriptor === undefined) return;
  const calls = systemCalls();
  calls.pwrite(descriptor, NEWLINE, 1, 0);
  calls.close(descriptor);
}

const NEWLINE = Buffer.from('\n');
