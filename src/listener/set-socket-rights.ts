import { chmodSync, chownSync } from 'node:fs';
import type { SocketRights } from '../config/configuration.ts';
import { Fault } from '../core/fault.ts';
import { socketOwner } from './socket-owner.ts';

/** Gives the socket at `path` mode and owner; what is not said stays. Throws a Fault. */
export function setSocketRights(path: string, rights: Partial<SocketRights>): void {
  const { user, group } = socketOwner(path, rights);
  try {
    if (user !== undefined || group !== undefined) chownSync(path, user ?? -1, group ?? -1);
    if (rights.mode !== undefined) chmodSync(path, rights.mode);
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    throw new Fault(
      'listen/socket-rights',
      `cannot set mode and owner of the socket ${path}: ${found}`,
      undefined,
      error,
    );
  }
}
