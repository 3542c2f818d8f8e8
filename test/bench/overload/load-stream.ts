import type { Clock } from '../../../src/core/clock.ts';
import type { Random } from '../../../src/core/random.ts';
import { seededRandom } from '../../../src/core/seeded-random.ts';
import { PoissonArrivals } from '../../../src/lab/flood/poisson-arrivals.ts';
import type { StreamPlan } from './load-plan.ts';
import { PhaseCount } from './phase-count.ts';
import type { PhaseReport } from './phase-report.ts';
import { retryDelayMs } from './retry-delay.ts';
import { drawServiceMs } from './service-time.ts';
import type { Ended } from './visitor-end.ts';

export interface LoadStreamOptions {
  readonly plan: StreamPlan;
  readonly seed: number;
  readonly startMs: number;
  readonly clock: Clock;
  /** Makes an attempt that was due at `dueMs`. */
  readonly send: (target: string, dueMs: number, ended: Ended) => void;
}

/** The visitors of one address: when they come, whatever the server does, what they ask for, and when they come back. */
export class LoadStream {
  readonly #options: LoadStreamOptions;
  readonly #counts: readonly PhaseCount[];
  /** Of each phase in which somebody comes. */
  readonly #arrivals: readonly (PoissonArrivals | undefined)[];
  // Each chance has its own numbers: what one visitor does must not change who comes after.
  readonly #service: Random;
  readonly #jitter: Random;
  #phase = 0;
  /** Drawn ahead, so that nobody has to wake up before. Infinity where nobody comes any more. */
  #nextMs: number;
  #returning = 0;

  constructor(options: LoadStreamOptions) {
    this.#options = options;
    const { plan, seed, startMs } = options;
    this.#service = seededRandom(3 * seed + 1);
    this.#jitter = seededRandom(3 * seed + 2);
    const arrivals = seededRandom(3 * seed);
    let fromMs = startMs;
    this.#counts = plan.phases.map(({ rate, durationMs }) => {
      const count = new PhaseCount(rate, fromMs, durationMs);
      fromMs = count.endMs;
      return count;
    });
    this.#arrivals = plan.phases.map(({ rate, durationMs }, index) =>
      rate === 0
        ? undefined
        : new PoissonArrivals(rate, this.#counts[index]?.startMs ?? startMs, durationMs, arrivals),
    );
    this.#nextMs = this.#draw();
  }

  /** When the next visitor comes for the first time; Infinity where nobody does. */
  get nextMs(): number {
    return this.#nextMs;
  }

  /** Some will come back. */
  get returning(): number {
    return this.#returning;
  }

  get endMs(): number {
    return this.#counts.at(-1)?.endMs ?? 0;
  }

  /** Sends whoever is due. */
  step(nowMs: number): void {
    const { plan } = this.#options;
    while (this.#nextMs <= nowMs) {
      const dueMs = this.#nextMs;
      const origin = this.#counts[this.#phase];
      this.#nextMs = this.#draw();
      if (origin === undefined) return;
      const serviceMs = drawServiceMs(plan.service, this.#service).toFixed(3);
      this.#attempt(origin, `${plan.path}?${serviceMs}`, dueMs, 1);
    }
  }

  reports(since1970Ms: number): PhaseReport[] {
    return this.#counts.map((count) => count.report(since1970Ms));
  }

  #draw(): number {
    for (; this.#phase < this.#arrivals.length; this.#phase += 1) {
      const dueMs = this.#arrivals[this.#phase]?.take(Number.MAX_VALUE);
      if (dueMs !== undefined) return dueMs;
    }
    return Number.POSITIVE_INFINITY;
  }

  #attempt(origin: PhaseCount, target: string, dueMs: number, attempt: number): void {
    origin.attempted(attempt);
    const current = attempt === 1 ? origin : this.#counts.find(({ endMs }) => dueMs < endMs);
    this.#options.send(target, dueMs, (end, latencyMs, retryAfterMs) => {
      current?.ended(end, attempt, dueMs, latencyMs);
      if (end === 'shed' && this.#options.plan.retries)
        this.#comeBack(origin, target, dueMs + latencyMs, attempt, retryAfterMs);
    });
  }

  #comeBack(
    origin: PhaseCount,
    target: string,
    shedMs: number,
    attempts: number,
    retryAfterMs: number | undefined,
  ): void {
    const delayMs = retryDelayMs(attempts, retryAfterMs, this.#jitter);
    if (delayMs === undefined) return;
    const dueMs = shedMs + delayMs;
    this.#returning += 1;
    this.#options.clock.after(dueMs - this.#options.clock.now(), () => {
      this.#returning -= 1;
      this.#attempt(origin, target, dueMs, attempts + 1);
    });
  }
}
