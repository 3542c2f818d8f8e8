import type { WorkerState } from './pool-effects.ts';
import type { PoolWorker } from './pool-worker.ts';

/** The workers there are, by number, by state, by generation, and the idle ones by warmth. Only keeps the records: what happens to a worker is done elsewhere. */
export class WorkerRoster {
  readonly #workers = new Map<number, PoolWorker>();
  /** The one that became idle last is last. */
  readonly #idle: PoolWorker[] = [];
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

  /** How many reloads there have been. */
  get generation(): number {
    return this.#generation;
  }

  get size(): number {
    return this.#workers.size;
  }

  /** Those that do not end already: they still use memory while they are asked to, and are as good as gone when they are made to. */
  get staying(): number {
    return this.#workers.size - this.#counts.dying - this.#counts.stopping;
  }

  /** The one that became idle last: its caches are warm, and the others may idle out. */
  get warmest(): PoolWorker | undefined {
    return this.#idle.at(-1);
  }

  /** The one that has been idle for the longest time. */
  get coldest(): PoolWorker | undefined {
    return this.#idle[0];
  }

  /** Whether a connection is with a worker that has not acknowledged it; it may come back. */
  get hasOffer(): boolean {
    for (const { offered } of this.#workers.values()) if (offered !== undefined) return true;
    return false;
  }

  get(id: number): PoolWorker | undefined {
    return this.#workers.get(id);
  }

  all(): Iterable<PoolWorker> {
    return this.#workers.values();
  }

  count(state: WorkerState): number {
    return this.#counts[state];
  }

  add(worker: PoolWorker): void {
    this.#workers.set(worker.id, worker);
    this.#enter(worker);
  }

  move(worker: PoolWorker, state: WorkerState): void {
    this.#leave(worker);
    worker.state = state;
    this.#enter(worker);
  }

  remove(worker: PoolWorker): void {
    this.#leave(worker);
    this.#workers.delete(worker.id);
  }

  /** All that are here are of before now. */
  turnOver(): void {
    this.#generation += 1;
  }

  /** How many of before have no successor yet. */
  get former(): number {
    if (this.#generation === 0) return 0;
    let former = 0;
    for (const worker of this.#workers.values()) {
      if (worker.generation < this.#generation && !isLeaving(worker)) former += 1;
    }
    return former;
  }

  /**
   * One of before may go for each that has come, also where that one is of yesterday itself since there was another reload: else those
   * above the maximum would take the room of their own successors, for ever. An idle one where the oldest are equally old.
   */
  replaceableBy(successor: PoolWorker, maxWorkers: number): PoolWorker | undefined {
    if (this.#generation === 0) return undefined;
    let staying = 0;
    let oldest: PoolWorker | undefined;
    for (const worker of this.#workers.values()) {
      if (isLeaving(worker)) continue;
      staying += 1;
      if (worker === successor || worker.state === 'starting') continue;
      if (oldest === undefined || worker.generation < oldest.generation) oldest = worker;
      else if (worker.generation === oldest.generation && oldest.state !== 'idle') oldest = worker;
    }
    if (oldest === undefined) return undefined;
    return oldest.generation >= successor.generation && staying <= maxWorkers ? undefined : oldest;
  }

  #enter(worker: PoolWorker): void {
    this.#counts[worker.state] += 1;
    if (worker.state === 'idle') this.#idle.push(worker);
  }

  #leave(worker: PoolWorker): void {
    this.#counts[worker.state] -= 1;
    if (worker.state !== 'idle') return;
    if (this.#idle.at(-1) === worker) this.#idle.pop();
    else this.#idle.splice(this.#idle.lastIndexOf(worker), 1);
  }
}

function isLeaving({ retireFor, state }: PoolWorker): boolean {
  return retireFor !== undefined || state === 'stopping' || state === 'dying';
}
