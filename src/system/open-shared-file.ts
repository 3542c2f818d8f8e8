import { closeSync, constants, fchmodSync, fchownSync, fstatSync, openSync } from 'node:fs';
import { Fault } from '../core/fault.ts';
import { hasCode } from './has-code.ts';
import { sharedRights } from './shared-rights.ts';

const OPEN = constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const CREATE = OPEN | constants.O_CREAT | constants.O_EXCL;

/**
 * Opens, and where need be makes, a file that everybody shares who may put a socket beside it. Its descriptor, or nothing where the file
 * came or went between two calls: try again. Throws a Fault where the file cannot be used.
 */
export function openSharedFile(path: string): number | undefined {
  try {
    const descriptor = openSync(path, OPEN);
    const stats = fstatSync(descriptor);
    // What is written must not end up in somebody else's file that was linked here.
    if (stats.isFile() && stats.nlink <= 1) return descriptor;
    closeSync(descriptor);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw unusableFile(path, 'a file open to this user', error);
    return createFile(path);
  }
  throw unusableFile(path, 'a plain file of one name', 'something else');
}

export function unusableFile(path: string, expected: string, found: unknown): Fault {
  const what = found instanceof Error ? found.message : String(found);
  return new Fault(
    'system/lock-failed',
    `expected ${expected}, found ${what}`,
    { file: path },
    found instanceof Error ? found : undefined,
  );
}

function createFile(path: string): number | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, CREATE, 0o600);
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return undefined;
    throw unusableFile(path, 'a directory that this user may write to', error);
  }
  share(descriptor, path);
  return descriptor;
}

function share(descriptor: number, path: string): void {
  try {
    const { mode, user, group } = sharedRights(path);
    fchmodSync(descriptor, mode);
    fchownSync(descriptor, user, group);
  } catch {
    // We are not of that group. The file serves those who run as we do.
  }
}
