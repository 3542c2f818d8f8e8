import { errorNumber, systemCalls } from './system/system-calls.ts';

const EINTR = 4;
const EAGAIN = 11;
/** How long a reader may take nothing, milliseconds. */
const PATIENCE_MS = 30_000;
const PAUSE_MS = 5;

/**
 * Writes all of it, whether the descriptor blocks or not. False where nobody reads any more. For small things at the end of a
 * process, where there is nothing else to do meanwhile.
 */
export function writeWhole(descriptor: number, bytes: Uint8Array): boolean {
  const calls = systemCalls();
  let rest = bytes;
  let waitedMs = 0;
  while (rest.length > 0) {
    const written = calls.write(descriptor, rest, rest.length);
    if (written >= 0) {
      rest = rest.subarray(written);
      waitedMs = 0;
      continue;
    }
    const error = errorNumber();
    if (error === EINTR) continue;
    if (error !== EAGAIN || waitedMs >= PATIENCE_MS) return false;
    waitedMs += PAUSE_MS;
    Bun.sleepSync(PAUSE_MS);
  }
  return true;
}
