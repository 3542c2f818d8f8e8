import type { Clock } from '../core/clock.ts';
import type { Random } from '../core/random.ts';
import { IdleRetirement } from './idle-retirement.ts';
import { missingWorkers } from './missing-workers.ts';
import type { DeathCause, PoolEffects, WorkerState } from './pool-effects.ts';
import type { PoolOptions } from './pool-options.ts';
import type { PoolWorker } from './pool-worker.ts';
import { WaitingLine } from './waiting-line.ts';
import { WorkerRoster } from './worker-roster.ts';
import { type StartingPool, WorkerStarts } from './worker-starts.ts';
import { WorkerSteps } from './worker-steps.ts';

/**
 * Which worker gets which connection, and how many workers there are. Pure but for its effects: time, chance and the world are parameters.
 *
 *     running ──drain()──► draining ──nobody waits, no worker left──► drained          (a worker: see WorkerSteps)
 *
 * A connection belongs to the line of those that wait, or to one hand-over. When the worker of a hand-over ends before it has said `took`, the
 * connection goes back to the front of the line; not earlier, so that no two workers ever have it.
 */
export class WorkerPool {
  readonly #options: PoolOptions;
  readonly #effects: PoolEffects;
  readonly #clock: Clock;
  readonly #roster = new WorkerRoster();
  readonly #steps: WorkerSteps;
  readonly #line: WaitingLine;
  readonly #starts: WorkerStarts;
  readonly #idleRetirement: IdleRetirement;
  #state: 'running' | 'draining' | 'drained' = 'running';

  constructor(options: PoolOptions, effects: PoolEffects, clock: Clock, random: Random) {
    this.#options = options;
    this.#effects = effects;
    this.#clock = clock;
    const balance = () => this.#balance();
    this.#steps = new WorkerSteps(this.#roster, options, effects, clock, random, balance);
    this.#line = new WaitingLine(options, effects, clock, balance);
    const starting: StartingPool = {
      started: (worker) => this.#steps.started(worker),
      due: balance,
    };
    this.#starts = new WorkerStarts(options, effects, starting, clock, random);
    const retire = (worker: PoolWorker) => this.#steps.stop(worker, 'idle');
    this.#idleRetirement = new IdleRetirement(options, this.#roster, clock, retire, balance);
  }

  /** Starts the first workers. */
  open(): void {
    if (this.#options.minWorkers === 0) this.#starts.becomeReady();
    this.#balance();
  }

  get isReady(): boolean {
    return this.#starts.isReady && this.#state === 'running';
  }

  get waiting(): number {
    return this.#line.length;
  }

  /** Nobody waits and nobody is served, as far as the parent knows. */
  get isQuiet(): boolean {
    return this.#line.length === 0 && this.count('offered') === 0 && this.count('busy') === 0;
  }

  count(state: WorkerState): number {
    return this.#roster.count(state);
  }

  /** A connection came that has something to say. */
  arrived(connection: number): void {
    if (this.#state === 'drained') this.#effects.shed(connection, 'stopping');
    else if (this.#roster.warmest === undefined && this.#line.isFull)
      this.#effects.shed(connection, 'queue-full');
    else {
      this.#line.push(connection);
      this.#balance();
    }
  }

  saidReady(id: number): void {
    const worker = this.#roster.get(id);
    if (worker === undefined || worker.state === 'dying' || worker.state === 'stopping') return;
    if (worker.state === 'offered') {
      this.#steps.kill(worker, 'protocol');
      return;
    }
    if (worker.state === 'idle') return;
    if (worker.state === 'starting') {
      this.#starts.becomeReady();
      this.#retireForSuccessor(worker);
    }
    if (worker.served >= worker.maxRequests) worker.retireFor ??= 'requests';
    if (worker.retireFor !== undefined) this.#steps.stop(worker, worker.retireFor);
    else this.#steps.rest(worker);
    this.#balance();
  }

  saidTook(id: number, connection: number): void {
    const worker = this.#roster.get(id);
    if (worker === undefined) return;
    const { offered } = worker;
    if (offered?.id !== connection) {
      if (worker.state !== 'dying') this.#steps.kill(worker, 'protocol');
      return;
    }
    this.#starts.succeeded();
    this.#steps.took(worker, offered);
  }

  /** It said what is not in the protocol, or does not read what it is told. */
  breached(id: number): void {
    const worker = this.#roster.get(id);
    if (worker !== undefined && worker.state !== 'dying') this.#steps.kill(worker, 'protocol');
    this.#balance();
  }

  /** It ends when it has finished what it does. */
  retire(id: number, cause: DeathCause): void {
    const worker = this.#roster.get(id);
    if (worker === undefined || worker.state === 'dying' || worker.state === 'stopping') return;
    worker.retireFor ??= cause;
    if (worker.state === 'idle') {
      this.#steps.stop(worker, worker.retireFor);
      this.#balance();
    }
  }

  /** It is gone, and everything that it said has been told. */
  ended(id: number): void {
    const worker = this.#roster.get(id);
    if (worker === undefined) return;
    this.#steps.gone(worker);
    if (worker.served === 0 && worker.state !== 'stopping') this.#starts.failed();
    if (worker.offered !== undefined) this.#line.takeBack(worker.offered);
    this.#balance();
  }

  /** Workers of before are replaced one by one: each serves until its successor is ready. */
  reload(): void {
    if (this.#state !== 'running') return;
    this.#roster.turnOver();
    // What was wrong with the former ones may be mended.
    this.#starts.succeeded();
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
    this.#line.shedAll();
    for (const worker of this.#roster.all()) {
      if (worker.state !== 'dying') this.#steps.kill(worker, 'stop-timeout');
    }
    this.#balance();
  }

  /** Everything that may follow from a change: hand-overs, starts, ends, timers. */
  #balance(): void {
    this.#handOverAll();
    const isOver = this.#state === 'draining' && this.#line.length === 0;
    if (isOver && !this.#roster.hasOffer) this.#stopAll();
    if (this.#state !== 'drained') this.#startMissing();
    this.#line.watch();
    if (this.#state === 'running') this.#idleRetirement.watch();
    if (isOver && this.#roster.size === 0) {
      this.#state = 'drained';
      this.#starts.close();
      this.#effects.drained();
    }
  }

  #handOverAll(): void {
    while (this.#line.length > 0) {
      const { warmest } = this.#roster;
      if (warmest === undefined) return;
      const nowMs = this.#clock.now();
      const connection = this.#line.next(nowMs);
      if (connection === undefined) return;
      this.#steps.offer(warmest, connection, nowMs);
    }
  }

  #startMissing(): void {
    while (this.#missing() > 0 && this.#starts.tryStart());
  }

  #missing(): number {
    const isDraining = this.#state !== 'running';
    return missingWorkers(this.#options, this.#roster, this.#line.length, isDraining, this.#starts.atOnce);
  }

  #retireForSuccessor(successor: PoolWorker): void {
    const former = this.#roster.replaceableBy(successor, this.#options.maxWorkers);
    if (former === undefined) return;
    former.retireFor = 'reload';
    if (former.state === 'idle') this.#steps.stop(former, 'reload');
  }

  #stopAll(): void {
    for (const worker of this.#roster.all()) {
      if (worker.state !== 'stopping' && worker.state !== 'dying') this.#steps.stop(worker, 'stop');
    }
  }
}
