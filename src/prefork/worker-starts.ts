import type { Clock } from '../core/clock.ts';
import type { Random } from '../core/random.ts';
import type { PoolEffects } from './pool-effects.ts';
import type { PoolOptions } from './pool-options.ts';
import { StartDelay } from './start-delay.ts';

type StartOptions = Pick<PoolOptions, 'startsAtOnce'>;
type StartEffects = Pick<PoolEffects, 'start' | 'ready' | 'failing'>;

export interface StartingPool {
  /** A worker was started, and has this number. */
  started(worker: number): void;
  /** The time that a start had to wait is over. */
  due(): void;
}

/**
 * Starts the workers of a pool, numbers them, and slows down where they die before they are of use.
 *
 *     not ready ──first worker ready, or none needed──► ready          for good
 *     prompt ──a start failed──► waiting ──time over──► prompt         a worker that is of use ends all waiting
 */
export class WorkerStarts {
  readonly #options: StartOptions;
  readonly #effects: StartEffects;
  readonly #pool: StartingPool;
  readonly #clock: Clock;
  readonly #delay: StartDelay;
  #nextWorker = 1;
  #isReady = false;
  #cancelTimer: (() => void) | undefined;

  constructor(
    options: StartOptions,
    effects: StartEffects,
    pool: StartingPool,
    clock: Clock,
    random: Random,
  ) {
    this.#options = options;
    this.#effects = effects;
    this.#pool = pool;
    this.#clock = clock;
    this.#delay = new StartDelay(random);
  }

  /** Whether any worker was ready so far. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** How many may be starting at the same time now. */
  get atOnce(): number {
    return this.#delay.isCautious ? 1 : this.#options.startsAtOnce;
  }

  /** Starts a worker, or finds that it cannot be. False where that has to wait: `due` follows. */
  tryStart(): boolean {
    const waitMs = this.#delay.waitMs(this.#clock.now());
    if (waitMs > 0) {
      this.#cancelTimer ??= this.#clock.after(waitMs, () => {
        this.#cancelTimer = undefined;
        this.#pool.due();
      });
      return false;
    }
    const worker = this.#nextWorker;
    this.#nextWorker += 1;
    if (this.#effects.start(worker)) this.#pool.started(worker);
    else this.failed();
    return true;
  }

  becomeReady(): void {
    if (this.#isReady) return;
    this.#isReady = true;
    this.#effects.ready();
  }

  /** A worker died before it was of use, or could not be started. */
  failed(): void {
    this.#delay.failed(this.#clock.now());
    if (!this.#isReady) this.#effects.failing(this.#delay.failures);
  }

  /** A worker is of use, or there is reason to think that the next one will be. */
  succeeded(): void {
    this.#delay.succeeded();
  }

  /** None is to be started any more. */
  close(): void {
    this.#cancelTimer?.();
  }
}
