import type { Clock } from '../core/clock.ts';
import { Fault } from '../core/fault.ts';
import type { Random } from '../core/random.ts';
import type { DaemonLog } from '../daemon/daemon-log.ts';
import { AcceptingCrew } from './accepting-crew.ts';
import { HandingCrew } from './handing-crew.ts';
import type { ListeningPlace } from './listening-place.ts';
import type { PoolOptions } from './pool-options.ts';
import type { PreforkMetrics } from './prefork-metrics.ts';
import type { EventLine } from './worker-protocol.ts';

/** Before any worker was ready: so many deaths are no accident. */
const MOST_FAILURES_AT_FIRST = 3;

export interface PreforkServerOptions {
  readonly pool: PoolOptions;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly place: ListeningPlace;
  /** Who accepts: we, and hand over; or the workers themselves. */
  readonly accept: 'parent' | 'worker';
  readonly maxMemoryBytes?: number | undefined;
  readonly silenceTimeoutMs: number;
  /** Without a request for so long, the server stops. */
  readonly idleTimeoutMs?: number | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: DaemonLog;
  readonly ready: () => void;
  readonly event?: (worker: number, event: EventLine) => void;
}

/**
 * A listening socket, and the workers that serve it.
 *
 *     starting ──first worker ready──► ready ──stop(), idle time-out──► stopping ──all served, all workers gone──► ended
 *         └──workers die at once──► stopping
 */
export class PreforkServer {
  /** Resolves when everything is over; with a Fault where no worker ever became ready. */
  readonly ended: Promise<Fault | undefined>;
  readonly #options: PreforkServerOptions;
  readonly #crew: HandingCrew | AcceptingCrew;
  #isStopping = false;
  #fault: Fault | undefined;
  #activeMs: number;
  #end: (fault: Fault | undefined) => void = () => {};
  #cancelIdleWatch = (): void => {};

  constructor(options: PreforkServerOptions) {
    this.#options = options;
    const { clock, accept, place } = options;
    this.#activeMs = clock.now();
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    const crewOptions = {
      ...options,
      handlers: {
        ready: () => this.#ready(),
        failing: (failures: number) => this.#failing(failures),
        drained: () => {
          this.#cancelIdleWatch();
          place.close();
          this.#end(this.#fault);
        },
        active: () => {
          this.#activeMs = clock.now();
        },
        event: options.event ?? (() => {}),
      },
    };
    this.#crew = accept === 'parent' ? new HandingCrew(crewOptions) : new AcceptingCrew(crewOptions);
  }

  get isReady(): boolean {
    return this.#crew.isReady;
  }

  get metrics(): PreforkMetrics {
    return this.#crew.metrics;
  }

  open(): void {
    this.#crew.open();
  }

  reload(): void {
    this.#crew.reload();
  }

  /** The name of the socket goes first; then those are served who came in time; then the workers end. */
  stop(): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#options.place.withdraw();
    this.#crew.stop();
  }

  /** Leaves nothing behind, and whoever is being served. */
  kill(): void {
    this.#options.place.withdraw();
    this.#crew.kill();
  }

  /** To one worker, or to all. */
  publish(event: EventLine, worker?: number): void {
    this.#crew.publish(event, worker);
  }

  #ready(): void {
    this.#options.place.publish();
    this.#options.ready();
    this.#activeMs = this.#options.clock.now();
    this.#watchIdle();
  }

  #failing(failures: number): void {
    if (failures < MOST_FAILURES_AT_FIRST || this.#isStopping) return;
    this.#fault = new Fault(
      'prefork/worker-failed',
      `expected a worker that says it is ready, found ${failures} in a row that ended before: run the command by hand (${this.#options.command.join(' ')})`,
    );
    // Not in the middle of the pool's own change.
    queueMicrotask(() => this.stop());
  }

  #watchIdle(): void {
    const { idleTimeoutMs, clock, log } = this.#options;
    if (idleTimeoutMs === undefined) return;
    const leftMs = this.#activeMs + idleTimeoutMs - clock.now();
    if (leftMs <= 0 && this.#crew.isQuiet) {
      log.info('prefork-idle', { idleMs: Math.round(clock.now() - this.#activeMs) });
      this.stop();
      return;
    }
    this.#cancelIdleWatch = clock.after(leftMs > 0 ? leftMs : Math.min(idleTimeoutMs, 1000), () =>
      this.#watchIdle(),
    );
  }
}
