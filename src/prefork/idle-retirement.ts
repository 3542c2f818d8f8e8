import type { Clock } from '../core/clock.ts';
import type { PoolOptions } from './pool-options.ts';
import type { PoolWorker } from './pool-worker.ts';
import type { WorkerRoster } from './worker-roster.ts';

/** Lets those workers go that have been idle for too long, the coldest first, down to what the operator wants to have. */
export class IdleRetirement {
  readonly #options: Pick<PoolOptions, 'workerIdleTimeoutMs' | 'minWorkers' | 'minIdle'>;
  readonly #roster: WorkerRoster;
  readonly #clock: Clock;
  readonly #retire: (worker: PoolWorker) => void;
  readonly #due: () => void;
  #isWatched = false;

  /** `retire`: it is to stop being idle at once. `due`: the coldest may be idle for too long now; `watch` is to follow. */
  constructor(
    options: Pick<PoolOptions, 'workerIdleTimeoutMs' | 'minWorkers' | 'minIdle'>,
    roster: WorkerRoster,
    clock: Clock,
    retire: (worker: PoolWorker) => void,
    due: () => void,
  ) {
    this.#options = options;
    this.#roster = roster;
    this.#clock = clock;
    this.#retire = retire;
    this.#due = due;
  }

  watch(): void {
    const { workerIdleTimeoutMs, minWorkers, minIdle } = this.#options;
    if (workerIdleTimeoutMs === undefined || this.#isWatched) return;
    const roster = this.#roster;
    while (roster.count('idle') > minIdle && roster.staying > minWorkers) {
      const { coldest } = roster;
      if (coldest === undefined) return;
      const leftMs = coldest.idleSinceMs + workerIdleTimeoutMs - this.#clock.now();
      if (leftMs > 0) {
        this.#isWatched = true;
        this.#clock.after(leftMs, () => {
          this.#isWatched = false;
          this.#due();
        });
        return;
      }
      this.#retire(coldest);
    }
  }
}
