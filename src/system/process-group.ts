import { hasCode } from './has-code.ts';

/**
 * Sends a signal to every process of the group that `pid` leads. False where the group has no process left; a
 * process that has ended but was not reaped still counts.
 */
export function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  // A group of 1 or less would be every process, or our own group.
  if (!Number.isSafeInteger(pid) || pid <= 1) {
    throw new RangeError(`expected the process number of a group's leader, found ${pid}`);
  }
  try {
    return process.kill(-pid, signal);
  } catch (error) {
    if (hasCode(error, 'ESRCH')) return false;
    // All that is left runs as another user: it cannot be reached, but it is there.
    if (hasCode(error, 'EPERM')) return true;
    throw error;
  }
}

/** Whether the group that `pid` leads has any process left. */
export function groupExists(pid: number): boolean {
  return signalGroup(pid, 0);
}
