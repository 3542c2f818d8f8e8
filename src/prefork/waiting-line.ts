import type { Clock } from '../core/clock.ts';
import { ConnectionQueue, type HeldConnection } from './connection-queue.ts';
import type { PoolEffects } from './pool-effects.ts';
import type { PoolOptions } from './pool-options.ts';

/** A connection that so many workers were given and did not acknowledge is told so. */
const MAX_ATTEMPTS = 3;

/** The connections that wait for a worker: not more than so many, and none for longer than so long. */
export class WaitingLine {
  readonly #options: Pick<PoolOptions, 'queueLength' | 'queueTimeoutMs'>;
  readonly #effects: Pick<PoolEffects, 'shed' | 'isAbandoned'>;
  readonly #clock: Clock;
  readonly #expired: () => void;
  readonly #queue = new ConnectionQueue();
  #isWatched = false;

  /** `expired`: somebody has waited too long, or might have. */
  constructor(
    options: Pick<PoolOptions, 'queueLength' | 'queueTimeoutMs'>,
    effects: Pick<PoolEffects, 'shed' | 'isAbandoned'>,
    clock: Clock,
    expired: () => void,
  ) {
    this.#options = options;
    this.#effects = effects;
    this.#clock = clock;
    this.#expired = expired;
  }

  get length(): number {
    return this.#queue.length;
  }

  get isFull(): boolean {
    return this.#queue.length >= this.#options.queueLength;
  }

  /** Whether there is room is for the caller to ask: where a worker is idle, it needs none. */
  push(connection: number): void {
    this.#queue.push({ id: connection, arrivedMs: this.#clock.now(), attempts: 0 });
  }

  /** A worker ended without having acknowledged it. */
  takeBack(connection: HeldConnection): void {
    if (connection.attempts < MAX_ATTEMPTS) this.#queue.pushFront(connection);
    else this.#effects.shed(connection.id, 'no-worker');
  }

  /** The next one that has not been abandoned while it waited. */
  next(nowMs: number): HeldConnection | undefined {
    for (;;) {
      const connection = this.#queue.shift();
      if (connection === undefined || nowMs <= connection.arrivedMs) return connection;
      if (!this.#effects.isAbandoned(connection.id)) return connection;
    }
  }

  shedAll(): void {
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      this.#effects.shed(next.id, 'stopping');
    }
  }

  /** To be called when all that can be handed over has been. All wait equally long at most, and the first came first, so one timer is enough. */
  watch(): void {
    const first = this.#queue.peek();
    if (first === undefined || this.#isWatched) return;
    this.#isWatched = true;
    const leftMs = first.arrivedMs + this.#options.queueTimeoutMs - this.#clock.now();
    this.#clock.after(leftMs, () => {
      this.#isWatched = false;
      this.#shedExpired();
      this.#expired();
    });
  }

  #shedExpired(): void {
    const limitMs = this.#clock.now() - this.#options.queueTimeoutMs;
    for (
      let next = this.#queue.peek();
      next !== undefined && next.arrivedMs <= limitMs;
      next = this.#queue.peek()
    ) {
      this.#queue.shift();
      if (!this.#effects.isAbandoned(next.id)) this.#effects.shed(next.id, 'queue-timeout');
    }
  }
}
