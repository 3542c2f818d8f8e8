import type { Clock } from '../core/clock.ts';

/** The longest delay that a timer of the runtime takes; a longer one would run at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The clock of this process: monotonic, never set. A delay of Infinity never comes. */
export class SystemClock implements Clock {
  now(): number {
    return performance.now();
  }

  after(delayMs: number, action: () => void): () => void {
    if (delayMs === Number.POSITIVE_INFINITY) return () => {};
    let timer: ReturnType<typeof setTimeout>;
    const wait = (leftMs: number): void => {
      timer =
        leftMs <= LONGEST_TIMER_MS
          ? setTimeout(action, leftMs)
          : setTimeout(wait, LONGEST_TIMER_MS, leftMs - LONGEST_TIMER_MS);
    };
    wait(Math.max(0, delayMs));
    return () => clearTimeout(timer);
  }
}
