import { FileLock } from '../system/file-lock.ts';
import { daemonPlace } from './daemon-place.ts';
import type { FrontendConfiguration } from './frontend-configuration.ts';

/** A conversation with a daemon, as its keeper sees it. */
export interface Use {
  /** The daemon is being retired just now: it does not count as up. */
  readonly retiring: boolean;
  /** A second call is harmless; the end of the process does as well. */
  leave(): void;
}

/** Where the lock cannot be had, the conversation goes on without its protection. */
const WITHOUT: Use = { retiring: false, leave() {} };
const RETIRING: Use = { ...WITHOUT, retiring: true };

/**
 * To be called before the first byte goes to the daemon: while the shared use lock is held, nobody retires the daemon. Never throws. The lock
 * is closed at exec. `index`: which of the application's addresses.
 */
export function enterUse(configuration: FrontendConfiguration, index = 0): Use {
  const place = daemonPlace(configuration, index);
  if (place?.daemon === undefined) return WITHOUT;
  let shared: FileLock | undefined;
  try {
    shared = FileLock.try(place.locks.use, 'shared');
  } catch {
    // Whoever starts a daemon finds and tells that locks cannot be had.
    return WITHOUT;
  }
  if (shared === undefined) return RETIRING;
  // By this the keeper sees how long ago the daemon was used.
  shared.touch();
  return {
    retiring: false,
    leave() {
      shared.touch();
      shared.release();
    },
  };
}
