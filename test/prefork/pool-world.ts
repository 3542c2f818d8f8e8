import type { PoolEffects } from '../../src/prefork/pool-effects.ts';
import type { PoolOptions } from '../../src/prefork/pool-options.ts';
import { WorkerPool } from '../../src/prefork/worker-pool.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

export const POOL_OPTIONS: PoolOptions = {
  minWorkers: 1,
  maxWorkers: 3,
  minIdle: 0,
  queueLength: 5,
  queueTimeoutMs: 1000,
  startTimeoutMs: 500,
  handOverTimeoutMs: 100,
  stopTimeoutMs: 2000,
  startsAtOnce: 8,
};

/** A pool whose workers and connections are numbers, and whose effects are a list. */
export class PoolWorld {
  readonly clock = new VirtualClock();
  readonly done: string[] = [];
  readonly started: number[] = [];
  readonly gone = new Set<number>();
  readonly abandoned = new Set<number>();
  canStart = true;
  reachable = true;
  readonly pool: WorkerPool;

  constructor(options: Partial<PoolOptions> = {}) {
    this.pool = new WorkerPool({ ...POOL_OPTIONS, ...options }, this.#effects(), this.clock, () => 0);
  }

  /** Opens, and has the first workers say that they are ready. */
  open(): this {
    this.pool.open();
    this.readyAll();
    this.done.length = 0;
    return this;
  }

  readyAll(): void {
    for (const worker of this.started.splice(0)) this.pool.saidReady(worker);
  }

  /** What has been done since the last call. */
  take(): string[] {
    return this.done.splice(0);
  }

  #effects(): PoolEffects {
    const say = (text: string): void => void this.done.push(text);
    return {
      start: (worker) => {
        say(this.canStart ? `start ${worker}` : 'no start');
        if (this.canStart) this.started.push(worker);
        return this.canStart;
      },
      handOver: (worker, connection) => {
        say(`hand ${connection} to ${worker}`);
        return this.reachable;
      },
      stop: (worker, cause) => say(`stop ${worker}: ${cause}`),
      kill: (worker, cause) => say(`kill ${worker}: ${cause}`),
      took: (connection, waitedMs) => say(`took ${connection} after ${waitedMs}`),
      shed: (connection, reason) => say(`shed ${connection}: ${reason}`),
      isAbandoned: (connection) => this.abandoned.has(connection),
      ready: () => say('ready'),
      failing: (failures) => say(`failing ${failures}`),
      drained: () => say('drained'),
    };
  }
}
