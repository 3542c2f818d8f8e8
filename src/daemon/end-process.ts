import type { Clock } from '../core/clock.ts';
import { BackOff } from './back-off.ts';
import type { DaemonProcess } from './daemon-process.ts';
import { pause } from './pause.ts';

/** How long the kernel may take to end what was killed: longer where a process waits for a dead disk. */
const KILLED_MS = 2000;
const DRAIN_MS = 200;

/**
 * Ends a daemon and everything in its process group. The leader is asked first (TERM), for a leader with workers knows best
 * how to let them finish; when it is gone, what is left of the group is asked; after `graceMs` all are killed.
 * Resolves when the group is gone and all it wrote is read: true; or false where it survived even KILL, which a process that waits for hardware
 * can do.
 */
export async function endProcess(process: DaemonProcess, clock: Clock, graceMs: number): Promise<boolean> {
  process.signal('SIGTERM');
  const killAtMs = clock.now() + graceMs;
  const wait = new BackOff();
  let askedRest = false;
  while (process.groupRuns() && clock.now() < killAtMs) {
    if (process.end !== undefined && !askedRest) {
      process.signalGroup('SIGTERM');
      askedRest = true;
    }
    await soon(process, clock, Math.min(wait.next(), killAtMs - clock.now()));
  }
  const gone = await kill(process, clock);
  await drained(process, clock);
  process.close();
  return gone;
}

async function kill(process: DaemonProcess, clock: Clock): Promise<boolean> {
  const giveUpAtMs = clock.now() + KILLED_MS;
  const wait = new BackOff();
  while (process.groupRuns()) {
    if (clock.now() >= giveUpAtMs) return false;
    // Again each time, for a process may have made another in between.
    process.signalGroup('SIGKILL');
    await soon(process, clock, wait.next());
  }
  return true;
}

/** What the group wrote last is still in the pipe. Its end comes with the last writer, unless a stray holds it open. */
async function drained(process: DaemonProcess, clock: Clock): Promise<void> {
  const ended = new AbortController();
  process.drained.then(() => ended.abort());
  await pause(clock, DRAIN_MS, ended.signal);
}

/** The end of the leader is told at once; the others of the group must be looked for. */
async function soon(process: DaemonProcess, clock: Clock, delayMs: number): Promise<void> {
  if (process.end !== undefined) return pause(clock, delayMs);
  const ended = new AbortController();
  process.ended.then(() => ended.abort());
  await pause(clock, delayMs, ended.signal);
}
