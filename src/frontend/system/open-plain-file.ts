import { fileStatus } from './file-status.ts';
import { OPEN, openFile } from './open-file.ts';
import { systemCalls } from './system-calls.ts';

/**
 * Opens a file that everybody shares, to write in it; nothing where it is something else: what is written must not end up in somebody
 * else's file that was linked here. Throws a SystemError.
 */
export function openPlainFile(path: string): number | undefined {
  const descriptor = openFile(path, OPEN.readWrite | OPEN.noFollow | OPEN.nonBlocking);
  const status = fileStatus(descriptor);
  if (status?.kind === 'file' && status.links <= 1) return descriptor;
  systemCalls().close(descriptor);
  return undefined;
}
