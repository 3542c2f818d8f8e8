import type { Clock } from '../../core/clock.ts';
import type { Random } from '../../core/random.ts';
import type { PhaseTally } from './phase-tally.ts';
import { PoissonArrivals } from './poisson-arrivals.ts';
import type { Visit } from './visit.ts';

/** Timers are not finer: who is due within one step is sent at its end, and counted from when it was due. */
const STEP_MS = 1;

/** Sends the visitors of one phase, which begins at `startMs`, each when its time has come. Resolves at the end of the phase. */
export function sendVisitors(
  visit: (visit: Visit) => void,
  tally: PhaseTally,
  startMs: number,
  clock: Clock,
  random: Random,
): Promise<void> {
  const { rate, durationMs } = tally.phase;
  const arrivals = new PoissonArrivals(rate, startMs, durationMs, random);
  const ended: Visit['ended'] = (end) => tally.count(end);
  return new Promise((resolve) => {
    const step = () => {
      const nowMs = clock.now();
      for (let dueMs = arrivals.take(nowMs); dueMs !== undefined; dueMs = arrivals.take(nowMs)) {
        tally.offered++;
        visit({ intendedMs: dueMs, ended });
      }
      if (nowMs >= startMs + durationMs) resolve();
      else clock.after(STEP_MS, step);
    };
    step();
  });
}
