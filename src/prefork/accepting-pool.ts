import type { Clock } from '../core/clock.ts';
import type { Random } from '../core/random.ts';
import type { DeathCause, WorkerState } from './pool-effects.ts';
import type { PoolOptions } from './pool-options.ts';
import { type StartingPool, WorkerStarts } from './worker-starts.ts';

/** One that lives so long has found its socket and its program. */
const SETTLED_MS = 200;
const LOOK_EVERY_MS = 100;
/** Looks in a row at which somebody waited, before there is one more worker. */
const BUSY_LOOKS = 3;

export interface AcceptingEffects {
  /** Starts a worker. False where that cannot be done now. */
  start(worker: number): boolean;
  /** By SIGTERM: it finishes what it has and ends. */
  stop(worker: number, cause: DeathCause): void;
  kill(worker: number, cause: DeathCause): void;
  /** Whether somebody waits to be accepted. */
  hasQueue(): boolean;
  ready(): void;
  failing(failures: number): void;
  drained(): void;
}

interface AcceptingWorker {
  readonly id: number;
  readonly generation: number;
  state: Extract<WorkerState, 'starting' | 'accepting' | 'stopping' | 'dying'>;
  cancelTimer: () => void;
}

/**
 * How many workers there are that accept on their own, from a socket which all of them inherit. Whom they serve is not known here: who waits
 * in the kernel's queue for long shows that there are too few.
 *
 *     (start) ──► starting ──lived 200 ms──► accepting ──reload, drain──► stopping ──too long──► dying      from each: ended ──► (gone)
 *
 * One that ends by itself with 0 is replaced only down to the minimum, so that a program may bring down their number.
 */
export class AcceptingPool {
  readonly #options: PoolOptions;
  readonly #effects: AcceptingEffects;
  readonly #clock: Clock;
  readonly #starts: WorkerStarts;
  readonly #workers = new Map<number, AcceptingWorker>();
  #generation = 0;
  /** As many as there should be. */
  #wanted: number;
  #looks = 0;
  #state: 'running' | 'draining' | 'stopping' | 'drained' = 'running';

  constructor(options: PoolOptions, effects: AcceptingEffects, clock: Clock, random: Random) {
    this.#options = options;
    this.#effects = effects;
    this.#clock = clock;
    this.#wanted = Math.max(1, options.minWorkers);
    const starting: StartingPool = {
      started: (worker) => this.#started(worker),
      due: () => this.#balance(),
    };
    this.#starts = new WorkerStarts(options, effects, starting, clock, random);
  }

  open(): void {
    this.#balance();
    this.#look();
  }

  get isReady(): boolean {
    return this.#starts.isReady && this.#state === 'running';
  }

  count(state: WorkerState): number {
    let count = 0;
    for (const worker of this.#workers.values()) if (worker.state === state) count += 1;
    return count;
  }

  ended(id: number, succeeded: boolean): void {
    const worker = this.#workers.get(id);
    if (worker === undefined) return;
    worker.cancelTimer();
    this.#workers.delete(id);
    if (worker.state === 'starting') this.#starts.failed();
    else if (worker.state === 'accepting' && succeeded)
      this.#wanted = Math.max(1, this.#options.minWorkers, this.#wanted - 1);
    this.#balance();
  }

  retire(id: number, cause: DeathCause): void {
    const worker = this.#workers.get(id);
    if (worker?.state === 'accepting') this.#stop(worker, cause);
    this.#balance();
  }

  reload(): void {
    if (this.#state !== 'running') return;
    this.#generation += 1;
    this.#starts.succeeded();
    this.#balance();
  }

  /** Nobody new finds the socket: when its queue is empty, or after `timeoutMs`, the workers are stopped. */
  drain(timeoutMs: number): void {
    if (this.#state !== 'running') return;
    this.#state = 'draining';
    this.#looks = 0;
    this.#clock.after(timeoutMs, () => this.#stopAll());
  }

  #look(): void {
    if (this.#state === 'stopping' || this.#state === 'drained') return;
    this.#clock.after(LOOK_EVERY_MS, () => this.#look());
    const waits = this.#effects.hasQueue();
    if (this.#state === 'draining') {
      if (!waits) this.#stopAll();
      return;
    }
    this.#looks = waits ? this.#looks + 1 : 0;
    if (this.#looks < BUSY_LOOKS || this.count('starting') > 0) return;
    this.#looks = 0;
    this.#wanted = Math.min(this.#options.maxWorkers, this.#wanted + 1);
    this.#balance();
  }

  #balance(): void {
    if (this.#state === 'running' || this.#state === 'draining') this.#startMissing();
    if (this.#state === 'stopping' && this.#workers.size === 0) {
      this.#state = 'drained';
      this.#effects.drained();
    }
  }

  #startMissing(): void {
    while (this.#missing() > 0 && this.#starts.tryStart());
  }

  #missing(): number {
    let current = 0;
    let starting = 0;
    for (const { generation, state } of this.#workers.values()) {
      if (state === 'starting') starting += 1;
      if (generation === this.#generation && (state === 'starting' || state === 'accepting')) current += 1;
    }
    return Math.min(this.#wanted - current, this.#starts.atOnce - starting);
  }

  #started(id: number): void {
    const worker: AcceptingWorker = {
      id,
      generation: this.#generation,
      state: 'starting',
      cancelTimer: this.#clock.after(SETTLED_MS, () => this.#settled(worker)),
    };
    this.#workers.set(id, worker);
  }

  #settled(worker: AcceptingWorker): void {
    worker.state = 'accepting';
    this.#starts.succeeded();
    this.#starts.becomeReady();
    // One of before may go for each that has come.
    for (const former of this.#workers.values()) {
      if (former.generation >= worker.generation || former.state !== 'accepting') continue;
      this.#stop(former, 'reload');
      break;
    }
    this.#balance();
  }

  #stopAll(): void {
    if (this.#state !== 'draining') return;
    this.#state = 'stopping';
    this.#starts.close();
    for (const worker of this.#workers.values()) {
      if (worker.state === 'starting' || worker.state === 'accepting') this.#stop(worker, 'stop');
    }
    this.#balance();
  }

  #stop(worker: AcceptingWorker, cause: DeathCause): void {
    worker.cancelTimer();
    worker.state = 'stopping';
    worker.cancelTimer = this.#clock.after(this.#options.stopTimeoutMs, () => {
      worker.state = 'dying';
      this.#effects.kill(worker.id, 'stop-timeout');
    });
    this.#effects.stop(worker.id, cause);
  }
}
