import { lstatSync, unlinkSync } from 'node:fs';
import type { Address } from '../config/configuration.ts';
import { Fault } from '../core/fault.ts';

/**
 * Removes the name of a Unix socket: nobody new finds the daemon, while those already queued are still served. Only to be
 * done by who holds the life lock. Anything but a socket stays. Throws a Fault where the directory does not allow it.
 */
export function removeSocketName(address: Address): void {
  if (address.kind !== 'unix') return;
  try {
    if (lstatSync(address.path, { throwIfNoEntry: false })?.isSocket() === true) unlinkSync(address.path);
  } catch (error) {
    throw new Fault(
      'daemon/socket-not-removed',
      `expected a directory that this user may write to, found ${error instanceof Error ? error.message : String(error)}`,
      { file: address.path },
      error,
    );
  }
}
