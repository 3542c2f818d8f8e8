import type { Clock } from '../core/clock.ts';

/** Nobody is told to come back sooner, nor later: who is told more does not come back at all. The page spreads it, up to twice that. */
const SHORTEST_MS = 1000;
const LONGEST_MS = 30_000;
/** The mean is over about so many requests. */
const MEMORY = 64;

/**
 * When those who are shed are to come back: when everybody who was sent away before them can have been served, at the rate at which
 * requests are answered now. So visitors who come back as they were told find room, and do not make a flood of their own.
 *
 *     sent away    + 1 for each shed, - rate * time
 *     rate         in flight / what a request takes (Little's law), as it was when somebody was shed: the lanes are full then
 *     Retry-After  (sent away + waiting) / rate, 1 to 30 s
 *
 * It grows while more come than can be served, the faster the more they are, stays where sheds and capacity are in balance, and shrinks
 * by a second each second when nobody is shed any more. Kubernetes API Priority and Fairness lets it follow the number of rejected
 * requests, too, in steps; here it is the drain time of the virtual queue of those who wait outside.
 */
export class RetryAfter {
  readonly #clock: Pick<Clock, 'now'>;
  #sentAway = 0;
  #sinceMs: number;
  #busyMs = 0;
  #busyCount = 0;
  /** Requests a millisecond; nothing before anybody was shed. */
  #rate = 0;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
    this.#sinceMs = clock.now();
  }

  /** A request was served; `busyMs`: how long it had its slot. */
  served(busyMs: number): void {
    this.#busyCount = Math.min(this.#busyCount + 1, MEMORY);
    this.#busyMs += (busyMs - this.#busyMs) / this.#busyCount;
  }

  /** Somebody is shed while so many are in flight and wait: gives milliseconds. */
  shed(inflight: number, waiting: number): number {
    if (inflight > 0 && this.#busyMs > 0) this.#rate = inflight / this.#busyMs;
    this.#drain();
    this.#sentAway = Math.min(this.#sentAway + 1, this.#rate * LONGEST_MS);
    return this.#estimate(waiting);
  }

  /** What somebody would be told who was shed now, milliseconds. */
  current(waiting: number): number {
    this.#drain();
    return this.#estimate(waiting);
  }

  #drain(): void {
    const nowMs = this.#clock.now();
    this.#sentAway = Math.max(0, this.#sentAway - this.#rate * (nowMs - this.#sinceMs));
    this.#sinceMs = nowMs;
  }

  #estimate(waiting: number): number {
    if (this.#rate === 0) return SHORTEST_MS;
    return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, (this.#sentAway + waiting) / this.#rate));
  }
}
