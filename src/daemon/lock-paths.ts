import { join } from 'node:path';
import type { Address } from '../config/configuration.ts';

export interface LockPaths {
  /** Held by the keeper as long as the daemon lives. */
  readonly life: string;
  /** Held shared by whoever talks to the daemon, exclusively by the keeper that retires it. */
  readonly use: string;
}

/**
 * The lock files of the daemon at an address: beside a Unix socket, else in `directory`. Named by the address, not by the
 * application, since whoever uses the same address must meet at the same lock.
 */
export function lockPaths(address: Address, directory: string): LockPaths {
  const stem =
    address.kind === 'unix'
      ? address.path
      : join(directory, `scgi-${address.host.replaceAll(/[^A-Za-z0-9.-]/g, '_')}-${address.port}`);
  return { life: `${stem}.life`, use: `${stem}.use` };
}
