import type { Clock } from '../core/clock.ts';
import { DenseSet, type Placed } from '../core/dense-set.ts';

export interface Timed extends Placed {
  /** On the sweep's clock; Infinity where no time runs. May change at any time. */
  readonly dueMs: number;
  /** Called at every sweep after that, until it is removed or `dueMs` changes. */
  overdue(): void;
}

/**
 * One timer for the time limits of all: a limit that is moved with every byte costs an assignment, not a timer. Late by
 * at most the interval.
 */
export class TimeSweep {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #entries = new DenseSet<Timed>();
  #armed = false;

  constructor(clock: Clock, intervalMs: number) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
  }

  add(entry: Timed): void {
    this.#entries.add(entry);
    this.#arm();
  }

  remove(entry: Timed): void {
    this.#entries.delete(entry);
  }

  /** Not taken back when the last entry goes: under load the next comes before the timer does. */
  #arm(): void {
    if (this.#armed) return;
    this.#armed = true;
    this.#clock.after(this.#intervalMs, () => {
      this.#armed = false;
      const nowMs = this.#clock.now();
      this.#entries.forEach((entry) => {
        if (entry.dueMs <= nowMs) entry.overdue();
      });
      if (this.#entries.size > 0) this.#arm();
    });
  }
}
