import { chmodSync, chownSync, lstatSync } from 'node:fs';
import type { Address } from '../config/configuration.ts';
import { sharedRights } from '../system/shared-rights.ts';

const GROUP = 0o060;
const OTHERS = 0o006;

/**
 * Opens the socket that a daemon has bound to those who may put one beside it, where its directory is a group's: whoever shares the locks must be
 * able to connect. A socket that is open to more stays as it is.
 */
export function shareSocket(address: Address): void {
  if (address.kind !== 'unix') return;
  try {
    const { mode, group } = sharedRights(address.path);
    const found = lstatSync(address.path);
    if ((mode & GROUP) === 0 || (found.mode & OTHERS) === OTHERS || !found.isSocket()) return;
    if (found.gid !== group) chownSync(address.path, found.uid, group);
    if ((found.mode & GROUP) !== GROUP) chmodSync(address.path, (found.mode & 0o777) | GROUP);
  } catch {
    // It is another user's, or gone: the daemon has made it as it wants it.
  }
}
