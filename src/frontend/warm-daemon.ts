import { FileLock } from '../system/file-lock.ts';
import { daemonPlace } from './daemon-place.ts';
import type { FrontendConfiguration } from './frontend-configuration.ts';
import { KeeperProcess } from './keeper-process.ts';

/**
 * Has the daemon started behind a request that goes to the exec lane. Another process does it, since this one is about to become
 * the program; none where somebody starts it already. Never throws: a daemon that does not come up is missed by the next request.
 */
export function warmDaemon(configuration: FrontendConfiguration, script: string): void {
  try {
    const place = daemonPlace(configuration, 0);
    if (place?.daemon === undefined) return;
    const lock = FileLock.try(place.locks.start, 'exclusive');
    if (lock === undefined) return;
    lock.release();
    new KeeperProcess([process.execPath, '--warm', script]).leave();
  } catch {
    // As said above.
  }
}
