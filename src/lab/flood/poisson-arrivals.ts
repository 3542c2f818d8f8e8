import type { Random } from '../../core/random.ts';

/**
 * When visitors come: independently of each other, so with exponential gaps, and whatever the server does. Such an open
 * loop is what visitors are; one that waits for answers slows down with the server and hides its worst moments
 * (Schroeder, Wierman, Harchol-Balter, "Open versus closed", NSDI 2006).
 */
export class PoissonArrivals {
  readonly #random: Random;
  readonly #gapMs: number;
  readonly #endMs: number;
  #nextMs: number;

  /** @param rate visitors a second, on average */
  constructor(rate: number, startMs: number, durationMs: number, random: Random) {
    this.#random = random;
    this.#gapMs = 1000 / rate;
    this.#endMs = startMs + durationMs;
    this.#nextMs = startMs;
    this.#advance();
  }

  /** The next arrival that is due at `nowMs`: its instant, in order; nothing where none is left that is due. */
  take(nowMs: number): number | undefined {
    const dueMs = this.#nextMs;
    if (dueMs > nowMs || dueMs >= this.#endMs) return undefined;
    this.#advance();
    return dueMs;
  }

  #advance(): void {
    this.#nextMs -= Math.log(1 - this.#random()) * this.#gapMs;
  }
}
