import type { DaemonLog } from '../daemon/daemon-log.ts';
import type { DeathCause } from './pool-effects.ts';
import type { PreforkMetrics } from './prefork-metrics.ts';

/** The processes of a crew by the numbers of their workers, and why one was asked or made to end, until it does. */
export class CrewProcesses<Process extends { readonly pid: number }> {
  readonly #metrics: () => PreforkMetrics;
  readonly #log: DaemonLog;
  readonly #processes = new Map<number, Process>();
  readonly #causes = new Map<number, DeathCause>();

  constructor(metrics: () => PreforkMetrics, log: DaemonLog) {
    this.#metrics = metrics;
    this.#log = log;
  }

  get(worker: number): Process | undefined {
    return this.#processes.get(worker);
  }

  all(): Iterable<Process> {
    return this.#processes.values();
  }

  /** Worker and process. */
  pids(): (readonly [worker: number, pid: number])[] {
    return [...this.#processes].map(([worker, { pid }]) => [worker, pid] as const);
  }

  /** False where it cannot be started. */
  start(worker: number, make: () => Process): boolean {
    try {
      this.#processes.set(worker, make());
      this.#metrics().started();
      return true;
    } catch (error) {
      this.#metrics().startFailed();
      const problem = error instanceof Error ? error.message : String(error);
      this.#log.warn('worker-not-started', { problem });
      return false;
    }
  }

  /** It is to end, for this reason. */
  condemn(worker: number, cause: DeathCause): Process | undefined {
    this.#causes.set(worker, cause);
    return this.#processes.get(worker);
  }

  /** Forgets it, and tells; `isTrouble`: whether that is news for an operator. `asked` is nothing where it ended by itself. */
  ended(
    worker: number,
    code: number | null,
    signal: string | null,
    isTrouble: (asked: DeathCause | undefined) => boolean,
  ): void {
    const asked = this.#causes.get(worker);
    const pid = this.#processes.get(worker)?.pid;
    this.#causes.delete(worker);
    this.#processes.delete(worker);
    const cause = asked ?? (signal === null ? 'exited' : 'killed');
    this.#metrics().died(cause);
    const fields = { worker, pid, cause, code: code ?? undefined, signal: signal ?? undefined };
    if (isTrouble(asked)) this.#log.warn('worker-died', fields);
    else this.#log.info('worker-ended', fields);
  }
}
