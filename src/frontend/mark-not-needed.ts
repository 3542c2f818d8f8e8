import { closeSync, writeSync } from 'node:fs';
import { openSharedFile } from '../system/open-shared-file.ts';
import { daemonPlace } from './daemon-place.ts';
import type { FrontendConfiguration } from './frontend-configuration.ts';

/** Tells the keeper that a request goes to the exec lane although the daemon is up. Never throws. */
export function markNotNeeded(configuration: FrontendConfiguration, index = 0): void {
  const place = daemonPlace(configuration, index);
  if (place?.daemon === undefined) return;
  try {
    const descriptor = openSharedFile(place.locks.quiet);
    if (descriptor === undefined) return;
    try {
      writeSync(descriptor, '\n', 0);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // Then the daemon is retired when it is idle.
  }
}
