import { isReadable } from '../system/is-readable.ts';
import { AcceptingPool } from './accepting-pool.ts';
import { AcceptingProcess } from './accepting-process.ts';
import type { Crew } from './crew.ts';
import type { CrewOptions } from './crew-options.ts';
import { CrewProcesses } from './crew-processes.ts';
import { watchMemory } from './memory-watch.ts';
import type { WorkerState } from './pool-effects.ts';
import { PreforkMetrics } from './prefork-metrics.ts';

/** Workers that inherit the listening socket and accept on their own. */
export class AcceptingCrew implements Crew {
  readonly metrics: PreforkMetrics;
  /** The kernel does not tell how many. */
  readonly waiting = 0;
  readonly silent = 0;
  /** Whom they serve is not known, so this server never ends for want of work. */
  readonly isQuiet = false;
  readonly #options: CrewOptions;
  readonly #pool: AcceptingPool;
  readonly #processes: CrewProcesses<AcceptingProcess>;
  readonly #cancelMemoryWatch: () => void;

  constructor(options: CrewOptions) {
    this.#options = options;
    const { clock, random, place, pool, handlers, maxMemoryBytes } = options;
    place.setBlocking(true);
    this.#processes = new CrewProcesses(() => this.metrics, options.log);
    this.#pool = new AcceptingPool(
      pool,
      {
        start: (worker) => this.#start(worker),
        stop: (worker, cause) => this.#processes.condemn(worker, cause)?.signal('SIGTERM'),
        kill: (worker, cause) => this.#processes.condemn(worker, cause)?.signal('SIGKILL'),
        hasQueue: () => isReadable(place.descriptor),
        ready: () => handlers.ready(),
        failing: (failures) => handlers.failing(failures),
        drained: () => {
          this.#cancelMemoryWatch();
          handlers.drained();
        },
      },
      clock,
      random,
    );
    this.metrics = new PreforkMetrics(this);
    this.#cancelMemoryWatch = watchMemory(
      clock,
      maxMemoryBytes,
      () => this.#processes.pids(),
      (worker) => this.#pool.retire(worker, 'memory'),
    );
  }

  get isReady(): boolean {
    return this.#pool.isReady;
  }

  count(state: WorkerState): number {
    return this.#pool.count(state);
  }

  open(): void {
    this.#pool.open();
  }

  reload(): void {
    this.#pool.reload();
  }

  stop(): void {
    this.#pool.drain(this.#options.pool.stopTimeoutMs);
  }

  kill(): void {
    for (const process of this.#processes.all()) process.signal('SIGKILL');
  }

  publish(): void {}

  #start(id: number): boolean {
    const { command, environment, place } = this.#options;
    const ended = (code: number | null, signal: string | null) => this.#ended(id, code, signal);
    return this.#processes.start(
      id,
      () => new AcceptingProcess({ command, environment, listening: place.descriptor, ended }),
    );
  }

  #ended(id: number, code: number | null, signal: string | null): void {
    this.#processes.ended(id, code, signal, (asked) => asked === undefined && code !== 0);
    this.#pool.ended(id, code === 0);
  }
}
