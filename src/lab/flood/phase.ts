/** A stretch of time in which visitors arrive at a steady rate. */
export interface Phase {
  readonly name: string;
  readonly durationMs: number;
  /** Mean number of visitors a second. */
  readonly rate: number;
}

/** Programs a second that keep one processor busy, where each takes some 15 ms. */
const BUSY_PER_PROCESSOR = 60;

/**
 * From a quiet site to one on a front page and back, in ten seconds: first what programs can do, then what keeps every
 * processor busy with them, then `floodRate` visitors a second; at last quiet for long enough to see that the daemon is not
 * needed any more.
 */
export function standardPhases(processors: number, floodRate = 3000): readonly Phase[] {
  return [
    { name: 'quiet', durationMs: 2000, rate: 5 },
    { name: 'busy', durationMs: 2000, rate: BUSY_PER_PROCESSOR * processors },
    { name: 'flood', durationMs: 3000, rate: floodRate },
    { name: 'quiet again', durationMs: 3000, rate: 5 },
  ];
}
