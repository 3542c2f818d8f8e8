import { startInStat } from '../system/start-in-stat.ts';
import { OPEN, openFile } from './system/open-file.ts';
import { errorNumber, systemCalls } from './system/system-calls.ts';

/** Long enough for field 22 behind a name of 64 bytes and twenty numbers of 20 digits. */
const BYTES = 512;
const buffer = Buffer.allocUnsafeSlow(BYTES);
const EPERM = 1;

/**
 * When a process started, in clock ticks from boot, as the kernel writes it; `gone` where it has ended (one that nobody has reaped yet is
 * gone too), `hidden` where it lives and /proc does not show it to this user (mount option hidepid).
 */
export function processStart(pid: number | 'self'): string {
  const calls = systemCalls();
  let length = -1;
  try {
    const descriptor = openFile(`/proc/${pid}/stat`, OPEN.read);
    length = calls.read(descriptor, buffer, BYTES);
    calls.close(descriptor);
  } catch {
    // No such process, or not shown.
  }
  if (length < 0) return pid !== 'self' && lives(pid) ? 'hidden' : 'gone';
  return startInStat(buffer.toString('latin1', 0, length)) ?? 'gone';
}

function lives(pid: number): boolean {
  return systemCalls().kill(pid, 0) === 0 || errorNumber() === EPERM;
}
