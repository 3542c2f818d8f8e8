import { cpus, loadavg } from 'node:os';

const LOOK_EVERY_MS = 500;
/** Of all processors. */
const QUIET_SHARE = 0.15;
/** Tasks for each processor, over the last minute: it remembers what was measured before. */
const QUIET_LOAD_AVERAGE = 0.5;

/** Waits until the processors have little to do and had little to do of late, or so long. */
export async function untilQuiet(longestMs: number): Promise<void> {
  const deadlineMs = performance.now() + longestMs;
  for (let before = processorTimes(); performance.now() < deadlineMs; ) {
    await Bun.sleep(LOOK_EVERY_MS);
    const after = processorTimes();
    const idle = after.busyMs - before.busyMs <= QUIET_SHARE * (after.allMs - before.allMs);
    if (idle && (loadavg()[0] ?? 0) <= QUIET_LOAD_AVERAGE * cpus().length) return;
    before = after;
  }
}

function processorTimes(): { busyMs: number; allMs: number } {
  let busyMs = 0;
  let allMs = 0;
  for (const { times } of cpus()) {
    const sum = Object.values(times).reduce((total, ms) => total + ms, 0);
    allMs += sum;
    busyMs += sum - times.idle;
  }
  return { busyMs, allMs };
}
