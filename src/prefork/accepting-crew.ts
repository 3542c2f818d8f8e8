import { isReadable } from '../system/is-readable.ts';
import { AcceptingPool } from './accepting-pool.ts';
import { AcceptingProcess } from './accepting-process.ts';
import type { Crew } from './crew.ts';
import type { CrewOptions } from './crew-options.ts';
import { watchMemory } from './memory-watch.ts';
import type { DeathCause, WorkerState } from './pool-effects.ts';
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
  readonly #processes = new Map<number, AcceptingProcess>();
  readonly #causes = new Map<number, DeathCause>();
  #cancelMemoryWatch = (): void => {};

  constructor(options: CrewOptions) {
    this.#options = options;
    const { clock, random, place, pool, handlers, maxMemoryBytes } = options;
    place.setBlocking(true);
    this.#pool = new AcceptingPool(
      pool,
      {
        start: (worker) => this.#start(worker),
        stop: (worker, cause) => {
          this.#causes.set(worker, cause);
          this.#processes.get(worker)?.signal('SIGTERM');
        },
        kill: (worker, cause) => {
          this.#causes.set(worker, cause);
          this.#processes.get(worker)?.signal('SIGKILL');
        },
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
    if (maxMemoryBytes !== undefined) {
      this.#cancelMemoryWatch = watchMemory(
        clock,
        maxMemoryBytes,
        () => [...this.#processes].map(([worker, { pid }]) => [worker, pid] as const),
        (worker) => this.#pool.retire(worker, 'memory'),
      );
    }
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
    for (const process of this.#processes.values()) process.signal('SIGKILL');
  }

  publish(): void {}

  #start(id: number): boolean {
    const { command, environment, log, place } = this.#options;
    try {
      this.#processes.set(
        id,
        new AcceptingProcess({
          command,
          environment,
          listening: place.descriptor,
          ended: (code, signal) => this.#ended(id, code, signal),
        }),
      );
      this.metrics.started();
      return true;
    } catch (error) {
      this.metrics.startFailed();
      log.warn('worker-not-started', { problem: error instanceof Error ? error.message : String(error) });
      return false;
    }
  }

  #ended(id: number, code: number | null, signal: string | null): void {
    const asked = this.#causes.get(id);
    const pid = this.#processes.get(id)?.pid;
    this.#causes.delete(id);
    this.#processes.delete(id);
    const cause = asked ?? (signal === null ? 'exited' : 'killed');
    this.metrics.died(cause);
    const fields = { worker: id, pid, cause, code: code ?? undefined, signal: signal ?? undefined };
    if (asked === undefined && code !== 0) this.#options.log.warn('worker-died', fields);
    else this.#options.log.info('worker-ended', fields);
    this.#pool.ended(id, code === 0);
  }
}
