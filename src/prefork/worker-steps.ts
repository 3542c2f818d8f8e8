import type { Clock } from '../core/clock.ts';
import type { Random } from '../core/random.ts';
import type { HeldConnection } from './connection-queue.ts';
import type { DeathCause, PoolEffects } from './pool-effects.ts';
import type { PoolOptions } from './pool-options.ts';
import type { PoolWorker } from './pool-worker.ts';
import type { WorkerRoster } from './worker-roster.ts';

type StepOptions = Pick<
  PoolOptions,
  'maxRequests' | 'startTimeoutMs' | 'handOverTimeoutMs' | 'requestTimeoutMs' | 'stopTimeoutMs'
>;
type StepEffects = Pick<PoolEffects, 'handOver' | 'took' | 'stop' | 'kill'>;

const nothing = (): void => {};

/**
 * What one worker goes through, and for how long each state may last. Which worker, and when, the pool says.
 *
 *     (start) ──► starting ──ready──► idle ──hand-over──► offered ──took──► busy ──ready──► idle or stopping
 *                     │                 │ ▲                   │               │
 *                     │                 │ └───────────────────┼───────────────┘
 *                     │            stop ▼                     │ no `took` in time, or a breach of the protocol
 *                     │             stopping ──── too long ───┤
 *                     └──────── not ready in time ────────────┴──► dying        from each: ended ──► (gone)
 */
export class WorkerSteps {
  readonly #roster: WorkerRoster;
  readonly #options: StepOptions;
  readonly #effects: StepEffects;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #overdue: () => void;

  /** `overdue`: a worker was killed since its state lasted too long. */
  constructor(
    roster: WorkerRoster,
    options: StepOptions,
    effects: StepEffects,
    clock: Clock,
    random: Random,
    overdue: () => void,
  ) {
    this.#roster = roster;
    this.#options = options;
    this.#effects = effects;
    this.#clock = clock;
    this.#random = random;
    this.#overdue = overdue;
  }

  started(id: number): void {
    const { maxRequests = Number.POSITIVE_INFINITY, startTimeoutMs } = this.#options;
    const worker: PoolWorker = {
      id,
      generation: this.#roster.generation,
      maxRequests: Math.max(1, Math.round(maxRequests * (1 - this.#random() / 10))),
      state: 'starting',
      served: 0,
      idleSinceMs: 0,
      offered: undefined,
      offeredMs: 0,
      retireFor: undefined,
      cancelTimer: nothing,
    };
    this.#roster.add(worker);
    this.#limit(worker, startTimeoutMs, 'start-timeout');
  }

  rest(worker: PoolWorker): void {
    worker.cancelTimer();
    worker.idleSinceMs = this.#clock.now();
    this.#roster.move(worker, 'idle');
  }

  offer(worker: PoolWorker, connection: HeldConnection, nowMs: number): void {
    worker.offered = connection;
    worker.offeredMs = nowMs;
    this.#roster.move(worker, 'offered');
    if (this.#effects.handOver(worker.id, connection.id)) {
      connection.attempts += 1;
      this.#limit(worker, this.#options.handOverTimeoutMs, 'hand-over-timeout');
    } else this.kill(worker, 'killed');
  }

  /** Also of a worker that is dying: what it has taken is no longer ours to give to another. */
  took(worker: PoolWorker, offered: HeldConnection): void {
    worker.offered = undefined;
    worker.served += 1;
    this.#effects.took(offered.id, worker.offeredMs - offered.arrivedMs);
    if (worker.state !== 'offered') return;
    worker.cancelTimer();
    this.#roster.move(worker, 'busy');
    this.#limit(worker, this.#options.requestTimeoutMs, 'request-timeout');
  }

  stop(worker: PoolWorker, cause: DeathCause): void {
    worker.cancelTimer();
    this.#roster.move(worker, 'stopping');
    this.#limit(worker, this.#options.stopTimeoutMs, 'stop-timeout');
    this.#effects.stop(worker.id, cause);
  }

  kill(worker: PoolWorker, cause: DeathCause): void {
    worker.cancelTimer();
    this.#roster.move(worker, 'dying');
    this.#effects.kill(worker.id, cause);
  }

  gone(worker: PoolWorker): void {
    worker.cancelTimer();
    this.#roster.remove(worker);
  }

  #limit(worker: PoolWorker, limitMs: number | undefined, cause: DeathCause): void {
    if (limitMs === undefined) {
      worker.cancelTimer = nothing;
      return;
    }
    worker.cancelTimer = this.#clock.after(limitMs, () => {
      this.kill(worker, cause);
      this.#overdue();
    });
  }
}
