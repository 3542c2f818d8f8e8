import type { Clock } from '../core/clock.ts';
import type { Random } from '../core/random.ts';
import { ConnectionQueue, type HeldConnection } from './connection-queue.ts';
import type { DeathCause, PoolEffects, WorkerState } from './pool-effects.ts';
import type { PoolOptions } from './pool-options.ts';
import { StartDelay } from './start-delay.ts';

/** Of the maximum; at a reload, how many may run above it, so that the former ones serve until their successors can. */
const RELOAD_SHARE = 4;
/** A connection that so many workers were given and did not acknowledge is told so. */
const MAX_ATTEMPTS = 3;

interface PoolWorker {
  readonly id: number;
  readonly generation: number;
  /** Connections after which it ends. */
  readonly maxRequests: number;
  state: WorkerState;
  served: number;
  idleSinceMs: number;
  /** In the hand-over that is under way. */
  offered: HeldConnection | undefined;
  offeredMs: number;
  /** Why it ends at its next `ready`. */
  retireFor: DeathCause | undefined;
  cancelTimer: () => void;
}

/**
 * Which worker gets which connection, and how many workers there are. Pure but for its effects: time, chance and the world are parameters.
 *
 *     (start) ──► starting ──ready──► idle ──hand-over──► offered ──took──► busy ──ready──► idle or stopping
 *                     │                 │ ▲                   │               │
 *                     │                 │ └───────────────────┼───────────────┘
 *                     │            stop ▼                     │ no `took` in time, or a breach of the protocol
 *                     │             stopping ──── too long ───┤
 *                     └──────── not ready in time ────────────┴──► dying        from each: ended ──► (gone)
 *
 * A connection belongs to the queue, or to one hand-over. When the worker of a hand-over ends before it has said `took`, the connection goes back to the
 * front of the queue; not earlier, so that no two workers ever have it. The worker that became idle last gets the next connection: its caches are
 * warm, and the others may idle out.
 */
export class WorkerPool {
  readonly #options: PoolOptions;
  readonly #effects: PoolEffects;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #startDelay: StartDelay;
  readonly #workers = new Map<number, PoolWorker>();
  /** The one that became idle last is last. */
  readonly #idle: PoolWorker[] = [];
  readonly #queue = new ConnectionQueue();
  readonly #counts: Record<WorkerState, number> = {
    starting: 0,
    idle: 0,
    offered: 0,
    busy: 0,
    accepting: 0,
    stopping: 0,
    dying: 0,
  };
  #generation = 0;
  #nextWorker = 1;
  #isReady = false;
  #state: 'running' | 'draining' | 'drained' = 'running';
  #cancelQueueTimer: (() => void) | undefined;
  #cancelIdleTimer: (() => void) | undefined;
  #cancelStartTimer: (() => void) | undefined;

  constructor(options: PoolOptions, effects: PoolEffects, clock: Clock, random: Random) {
    this.#options = options;
    this.#effects = effects;
    this.#clock = clock;
    this.#random = random;
    this.#startDelay = new StartDelay(random);
  }

  /** Starts the first workers. */
  open(): void {
    if (this.#options.minWorkers === 0) this.#becomeReady();
    this.#balance();
  }

  get isReady(): boolean {
    return this.#isReady && this.#state === 'running';
  }

  get waiting(): number {
    return this.#queue.length;
  }

  /** Nobody waits and nobody is served, as far as the parent knows. */
  get isQuiet(): boolean {
    return this.#queue.length === 0 && this.#counts.offered === 0 && this.#counts.busy === 0;
  }

  count(state: WorkerState): number {
    return this.#counts[state];
  }

  /** A connection came that has something to say. */
  arrived(connection: number): void {
    const { queueLength } = this.#options;
    if (this.#state === 'drained') {
      this.#effects.shed(connection, 'stopping');
      return;
    }
    if (this.#idle.length === 0 && this.#queue.length >= queueLength) {
      this.#effects.shed(connection, 'queue-full');
      return;
    }
    this.#queue.push({ id: connection, arrivedMs: this.#clock.now(), attempts: 0 });
    this.#balance();
  }

  saidReady(id: number): void {
    const worker = this.#workers.get(id);
    if (worker === undefined || worker.state === 'dying' || worker.state === 'stopping') return;
    if (worker.state === 'offered') {
      this.#kill(worker, 'protocol');
      return;
    }
    if (worker.state === 'idle') return;
    if (worker.state === 'starting') {
      this.#becomeReady();
      this.#retireForSuccessor(worker);
    }
    worker.cancelTimer();
    if (worker.served >= worker.maxRequests) worker.retireFor ??= 'requests';
    if (worker.retireFor !== undefined) this.#stop(worker, worker.retireFor);
    else {
      worker.idleSinceMs = this.#clock.now();
      this.#to(worker, 'idle');
      this.#idle.push(worker);
    }
    this.#balance();
  }

  saidTook(id: number, connection: number): void {
    const worker = this.#workers.get(id);
    if (worker === undefined) return;
    const { offered } = worker;
    if (offered?.id !== connection) {
      if (worker.state !== 'dying') this.#kill(worker, 'protocol');
      return;
    }
    // Also of a worker that is dying: what it has taken is no longer ours to give to another.
    worker.offered = undefined;
    worker.served += 1;
    this.#startDelay.succeeded();
    this.#effects.took(connection, worker.offeredMs - offered.arrivedMs);
    if (worker.state !== 'offered') return;
    worker.cancelTimer();
    this.#to(worker, 'busy');
    this.#limit(worker, this.#options.requestTimeoutMs, 'request-timeout');
  }

  /** It said what is not in the protocol, or does not read what it is told. */
  breached(id: number): void {
    const worker = this.#workers.get(id);
    if (worker !== undefined && worker.state !== 'dying') this.#kill(worker, 'protocol');
    this.#balance();
  }

  /** It ends when it has finished what it does. */
  retire(id: number, cause: DeathCause): void {
    const worker = this.#workers.get(id);
    if (worker === undefined || worker.state === 'dying' || worker.state === 'stopping') return;
    worker.retireFor ??= cause;
    if (worker.state === 'idle') {
      this.#stop(worker, worker.retireFor);
      this.#balance();
    }
  }

  /** It is gone, and everything that it said has been told. */
  ended(id: number): void {
    const worker = this.#workers.get(id);
    if (worker === undefined) return;
    const { offered, state, served } = worker;
    worker.cancelTimer();
    this.#leaveIdle(worker);
    this.#workers.delete(id);
    this.#counts[state] -= 1;
    if (served === 0 && state !== 'stopping') this.#startFailed();
    if (offered !== undefined) this.#offerAgain(offered);
    this.#balance();
  }

  /** Workers of before are replaced one by one: each serves until its successor is ready. */
  reload(): void {
    if (this.#state !== 'running') return;
    this.#generation += 1;
    // What was wrong with the former ones may be mended.
    this.#startDelay.succeeded();
    this.#balance();
  }

  /** No connection comes any more: serves those that are here, then ends all workers. At the latest after `timeoutMs`: sheds and kills. */
  drain(timeoutMs: number): void {
    if (this.#state !== 'running') return;
    this.#state = 'draining';
    this.#clock.after(timeoutMs, () => this.#giveUp());
    this.#balance();
  }

  #giveUp(): void {
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      this.#effects.shed(next.id, 'stopping');
    }
    for (const worker of [...this.#workers.values()]) {
      if (worker.state !== 'dying') this.#kill(worker, 'stop-timeout');
    }
    this.#balance();
  }

  /** Everything that may follow from a change: hand-overs, starts, ends, timers. */
  #balance(): void {
    this.#handOverAll();
    if (this.#state === 'draining' && this.#queue.length === 0 && !this.#offers()) this.#stopAll();
    this.#startMissing();
    this.#watchQueue();
    this.#watchIdle();
    if (this.#state === 'draining' && this.#queue.length === 0 && this.#workers.size === 0) {
      this.#state = 'drained';
      this.#cancelStartTimer?.();
      this.#effects.drained();
    }
  }

  /** Whether a connection is with a worker that has not acknowledged it; it may come back. */
  #offers(): boolean {
    for (const { offered } of this.#workers.values()) if (offered !== undefined) return true;
    return false;
  }

  #handOverAll(): void {
    while (this.#queue.length > 0) {
      const worker = this.#idle.at(-1);
      if (worker === undefined) return;
      const connection = this.#queue.shift();
      if (connection === undefined) return;
      const nowMs = this.#clock.now();
      if (nowMs > connection.arrivedMs && this.#effects.isAbandoned(connection.id)) continue;
      this.#idle.pop();
      worker.offered = connection;
      worker.offeredMs = nowMs;
      this.#to(worker, 'offered');
      if (this.#effects.handOver(worker.id, connection.id)) {
        connection.attempts += 1;
        this.#limit(worker, this.#options.handOverTimeoutMs, 'hand-over-timeout');
      } else this.#kill(worker, 'killed');
    }
  }

  #offerAgain(connection: HeldConnection): void {
    if (connection.attempts < MAX_ATTEMPTS) this.#queue.pushFront(connection);
    else this.#effects.shed(connection.id, 'no-worker');
  }

  /** How many workers should be starting beyond those that are. */
  #missing(): number {
    const { minWorkers, maxWorkers, minIdle, startsAtOnce } = this.#options;
    const { starting, idle, dying, stopping } = this.#counts;
    // Those that are stopping still use memory; those that are dying are as good as gone.
    const alive = this.#workers.size - dying;
    let wanted = this.#queue.length - starting;
    let room = maxWorkers - alive;
    if (this.#state === 'running') {
      wanted = Math.max(
        wanted,
        this.#queue.length + minIdle - idle - starting,
        minWorkers - alive + stopping,
      );
      const former = this.#formerWorkers();
      if (former > 0) {
        const above = Math.ceil(maxWorkers / RELOAD_SHARE);
        wanted = Math.max(wanted, Math.min(former, above) - starting);
        room += above;
      }
    }
    const atOnce = this.#startDelay.isCautious ? 1 : startsAtOnce;
    return Math.min(wanted, room, atOnce - starting);
  }

  #startMissing(): void {
    if (this.#state === 'drained') return;
    for (let missing = this.#missing(); missing > 0; missing = this.#missing()) {
      const waitMs = this.#startDelay.waitMs(this.#clock.now());
      if (waitMs > 0) {
        this.#cancelStartTimer ??= this.#clock.after(waitMs, () => {
          this.#cancelStartTimer = undefined;
          this.#balance();
        });
        return;
      }
      this.#start();
    }
  }

  #start(): void {
    const { maxRequests } = this.#options;
    const id = this.#nextWorker;
    this.#nextWorker += 1;
    const worker: PoolWorker = {
      id,
      generation: this.#generation,
      maxRequests:
        maxRequests === undefined
          ? Number.POSITIVE_INFINITY
          : Math.max(1, Math.round(maxRequests * (1 - this.#random() / 10))),
      state: 'starting',
      served: 0,
      idleSinceMs: 0,
      offered: undefined,
      offeredMs: 0,
      retireFor: undefined,
      cancelTimer: () => {},
    };
    if (!this.#effects.start(id)) {
      this.#startFailed();
      return;
    }
    this.#workers.set(id, worker);
    this.#counts.starting += 1;
    this.#limit(worker, this.#options.startTimeoutMs, 'start-timeout');
  }

  #startFailed(): void {
    this.#startDelay.failed(this.#clock.now());
    if (!this.#isReady) this.#effects.failing(this.#startDelay.failures);
  }

  #becomeReady(): void {
    if (this.#isReady) return;
    this.#isReady = true;
    this.#effects.ready();
  }

  #formerWorkers(): number {
    if (this.#generation === 0) return 0;
    let former = 0;
    for (const worker of this.#workers.values()) {
      if (worker.generation < this.#generation && !isLeaving(worker)) former += 1;
    }
    return former;
  }

  /**
   * One of before may go for each that has come, also where that one is of yesterday itself since there was another reload: else those
   * above the maximum would take the room of their own successors, for ever.
   */
  #retireForSuccessor(successor: PoolWorker): void {
    if (this.#generation === 0) return;
    let staying = 0;
    let oldest: PoolWorker | undefined;
    for (const worker of this.#workers.values()) {
      if (isLeaving(worker)) continue;
      staying += 1;
      if (worker === successor || worker.state === 'starting') continue;
      if (oldest === undefined || worker.generation < oldest.generation) oldest = worker;
      else if (worker.generation === oldest.generation && oldest.state !== 'idle') oldest = worker;
    }
    if (oldest === undefined) return;
    if (oldest.generation >= successor.generation && staying <= this.#options.maxWorkers) return;
    oldest.retireFor = 'reload';
    if (oldest.state === 'idle') this.#stop(oldest, 'reload');
  }

  #stopAll(): void {
    for (const worker of this.#workers.values()) {
      if (worker.state !== 'stopping' && worker.state !== 'dying') this.#stop(worker, 'stop');
    }
  }

  #stop(worker: PoolWorker, cause: DeathCause): void {
    worker.cancelTimer();
    this.#leaveIdle(worker);
    this.#to(worker, 'stopping');
    this.#limit(worker, this.#options.stopTimeoutMs, 'stop-timeout');
    this.#effects.stop(worker.id, cause);
  }

  #kill(worker: PoolWorker, cause: DeathCause): void {
    worker.cancelTimer();
    this.#leaveIdle(worker);
    this.#to(worker, 'dying');
    this.#effects.kill(worker.id, cause);
  }

  #limit(worker: PoolWorker, limitMs: number | undefined, cause: DeathCause): void {
    if (limitMs === undefined) {
      worker.cancelTimer = () => {};
      return;
    }
    worker.cancelTimer = this.#clock.after(limitMs, () => {
      this.#kill(worker, cause);
      this.#balance();
    });
  }

  #to(worker: PoolWorker, state: WorkerState): void {
    this.#counts[worker.state] -= 1;
    this.#counts[state] += 1;
    worker.state = state;
  }

  #leaveIdle(worker: PoolWorker): void {
    if (worker.state !== 'idle') return;
    const at = this.#idle.lastIndexOf(worker);
    if (at >= 0) this.#idle.splice(at, 1);
  }

  /** All wait equally long at most, and the first came first, so one timer is enough. */
  #watchQueue(): void {
    if (this.#queue.length === 0 || this.#cancelQueueTimer !== undefined) return;
    const first = this.#queue.peek();
    if (first === undefined) return;
    const leftMs = first.arrivedMs + this.#options.queueTimeoutMs - this.#clock.now();
    this.#cancelQueueTimer = this.#clock.after(leftMs, () => {
      this.#cancelQueueTimer = undefined;
      const limitMs = this.#clock.now() - this.#options.queueTimeoutMs;
      for (
        let next = this.#queue.peek();
        next !== undefined && next.arrivedMs <= limitMs;
        next = this.#queue.peek()
      ) {
        this.#queue.shift();
        if (!this.#effects.isAbandoned(next.id)) this.#effects.shed(next.id, 'queue-timeout');
      }
      this.#balance();
    });
  }

  #watchIdle(): void {
    const { workerIdleTimeoutMs, minWorkers, minIdle } = this.#options;
    if (workerIdleTimeoutMs === undefined || this.#cancelIdleTimer !== undefined) return;
    const longest = this.#idle[0];
    if (longest === undefined || this.#state !== 'running') return;
    const { dying, stopping } = this.#counts;
    if (this.#idle.length <= minIdle || this.#workers.size - dying - stopping <= minWorkers) return;
    const leftMs = longest.idleSinceMs + workerIdleTimeoutMs - this.#clock.now();
    if (leftMs > 0) {
      this.#cancelIdleTimer = this.#clock.after(leftMs, () => {
        this.#cancelIdleTimer = undefined;
        this.#balance();
      });
      return;
    }
    this.#stop(longest, 'idle');
    this.#watchIdle();
  }
}

function isLeaving({ retireFor, state }: PoolWorker): boolean {
  return retireFor !== undefined || state === 'stopping' || state === 'dying';
}
