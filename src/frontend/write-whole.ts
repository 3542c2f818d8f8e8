import { writeSync } from 'node:fs';
import { hasCode } from '../system/has-code.ts';

/** How long a reader may take nothing, milliseconds. */
const PATIENCE_MS = 30_000;
const PAUSE_MS = 5;

/**
 * Writes all of it, whether the descriptor blocks or not. False where nobody reads any more. For small things at the end of a
 * process, where there is nothing else to do meanwhile.
 */
export function writeWhole(descriptor: number, bytes: Uint8Array): boolean {
  let written = 0;
  let waitedMs = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(descriptor, bytes, written);
      waitedMs = 0;
    } catch (error) {
      if (!hasCode(error, 'EAGAIN') || waitedMs >= PATIENCE_MS) return false;
      waitedMs += PAUSE_MS;
      Bun.sleepSync(PAUSE_MS);
    }
  }
  return true;
}
