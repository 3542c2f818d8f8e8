import type { Random } from '../../core/random.ts';

/** What requests need of a simulated machine, and how long it is flooded with them. */
export interface FloodWork {
  readonly name: string;
  readonly meanMs: number;
  /** An answer after this is of no use: a second, or twice the slow page. */
  readonly inTimeMs: number;
  readonly forMs: number;
  /** Share of requests that may be refused although there is room on the average: slow pages come in bunches. */
  readonly bunched?: number;
  readonly draw: (random: Random) => number;
}

const exponential = (meanMs: number) => (random: Random) => -Math.log(1 - random()) * meanMs;

/** The usual one. */
export const twelveMs: FloodWork = {
  name: '12 ms, exponential',
  meanMs: 12,
  inTimeMs: 1000,
  forMs: 12_000,
  draw: exponential(12),
};

export const floodWorks: readonly FloodWork[] = [
  { name: '1 ms, exponential', meanMs: 1, inTimeMs: 1000, forMs: 3000, draw: exponential(1) },
  twelveMs,
  { ...twelveMs, name: '12 ms, always the same', draw: () => 12 },
  { name: '100 ms, exponential', meanMs: 100, inTimeMs: 2000, forMs: 40_000, draw: exponential(100) },
  {
    name: '10 ms, and every twentieth 500 ms',
    meanMs: 34.5,
    inTimeMs: 2000,
    forMs: 30_000,
    bunched: 0.1,
    draw: (random) => (random() < 0.95 ? 10 : 500),
  },
];
