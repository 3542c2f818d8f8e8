import { descriptorLimit } from '../system/descriptor-limit.ts';
import { Acceptor } from './acceptor.ts';
import type { Crew } from './crew.ts';
import type { CrewOptions } from './crew-options.ts';
import { CrewProcesses } from './crew-processes.ts';
import { DescriptorSender } from './descriptor-sender.ts';
import { HeldConnections } from './held-connections.ts';
import { watchMemory } from './memory-watch.ts';
import { PollSet } from './poll-set.ts';
import type { PoolEffects, WorkerState } from './pool-effects.ts';
import { PreforkMetrics } from './prefork-metrics.ts';
import { RefusingClose } from './refusing-close.ts';
import { WorkerPool } from './worker-pool.ts';
import { WorkerProcess } from './worker-process.ts';
import type { EventLine, WorkerLine } from './worker-protocol.ts';

/** For our own files, the metrics server and what libraries open. */
const RESERVED_DESCRIPTORS = 48;
/** Two streams, and two more while it is being started. */
const DESCRIPTORS_PER_WORKER = 4;
/** At the stop, how long a connection that came in time may still say nothing. */
const LAST_SILENCE_MS = 500;
/** How much later one is heard who was silent for long, with many others. */
const SLOW_LOOKS_MS = 10;

/** Accepts, and hands each connection to a worker that is ready for it. */
export class HandingCrew implements Crew {
  readonly metrics: PreforkMetrics;
  readonly #options: CrewOptions;
  readonly #polls: PollSet;
  readonly #slowPolls: PollSet;
  readonly #pool: WorkerPool;
  readonly #acceptor: Acceptor;
  readonly #refusing: RefusingClose;
  readonly #sender = new DescriptorSender();
  readonly #processes: CrewProcesses<WorkerProcess>;
  readonly #held: HeldConnections;
  readonly #cancelMemoryWatch: () => void;
  #exhaustedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: CrewOptions) {
    this.#options = options;
    const { clock, random, log, pool, place } = options;
    place.setBlocking(false);
    this.#processes = new CrewProcesses(() => this.metrics, log);
    this.#polls = new PollSet(clock, {
      deaf: (fault) => log.warn('prefork-polls-by-timer', { problem: String(fault) }),
    });
    this.#slowPolls = new PollSet(clock, { everyMs: SLOW_LOOKS_MS });
    const released = () => this.#acceptor.released();
    this.#refusing = new RefusingClose(this.#polls, clock, released);
    this.#held = new HeldConnections({
      refuse: (descriptor, answer) => this.#refusing.refuse(descriptor, answer),
      closed: released,
      random,
    });
    this.#pool = new WorkerPool(pool, this.#effects(), clock, random);
    this.metrics = new PreforkMetrics(this);
    const reserved = RESERVED_DESCRIPTORS + DESCRIPTORS_PER_WORKER * pool.maxWorkers;
    this.#acceptor = new Acceptor({
      listening: place.descriptor,
      polls: this.#polls,
      slowPolls: this.#slowPolls,
      clock,
      maxHeld: Math.max(16, descriptorLimit() - reserved),
      held: () => this.#held.size + this.#refusing.size,
      silenceTimeoutMs: options.silenceTimeoutMs,
      arrived: (descriptor) => this.#arrived(descriptor),
      closedSilent: () => this.metrics.closed('silent'),
      exhausted: (error) => this.#exhausted(error),
    });
    this.#cancelMemoryWatch = watchMemory(
      clock,
      options.maxMemoryBytes,
      () => this.#processes.pids(),
      (worker) => this.#pool.retire(worker, 'memory'),
    );
  }

  get isReady(): boolean {
    return this.#pool.isReady;
  }

  get waiting(): number {
    return this.#pool.waiting;
  }

  get silent(): number {
    return this.#acceptor.silent;
  }

  get isQuiet(): boolean {
    return this.#pool.isQuiet && this.#acceptor.silent === 0;
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
    void this.#acceptor
      .finish(LAST_SILENCE_MS)
      .then(() => this.#pool.drain(this.#options.pool.stopTimeoutMs));
  }

  kill(): void {
    for (const process of this.#processes.all()) process.kill();
  }

  publish(event: EventLine, worker?: number): void {
    if (worker !== undefined) this.#processes.get(worker)?.publish(event);
    else for (const process of this.#processes.all()) process.publish(event);
  }

  #arrived(descriptor: number): void {
    const connection = this.#held.hold(descriptor);
    this.#options.handlers.active();
    this.#pool.arrived(connection);
  }

  #effects(): PoolEffects {
    const { handlers } = this.#options;
    return {
      start: (worker) => this.#start(worker),
      handOver: (worker, connection) => {
        const descriptor = this.#held.descriptor(connection);
        return (
          descriptor !== undefined && this.#processes.get(worker)?.handOver(descriptor, connection) === true
        );
      },
      stop: (worker, cause) => this.#processes.condemn(worker, cause)?.stop(),
      kill: (worker, cause) => {
        // One that was gone already ended by itself.
        const process =
          cause === 'killed' ? this.#processes.get(worker) : this.#processes.condemn(worker, cause);
        process?.kill();
      },
      took: (connection, waitedMs) => {
        this.metrics.took(waitedMs);
        this.#held.close(connection);
      },
      shed: (connection, reason) => {
        this.metrics.shed(reason);
        this.#held.refuse(connection, reason);
      },
      isAbandoned: (connection) => {
        if (!this.#held.isAbandoned(connection)) return false;
        this.metrics.closed('abandoned');
        this.#held.close(connection);
        return true;
      },
      ready: () => {
        this.#acceptor.open();
        handlers.ready();
      },
      failing: (failures) => handlers.failing(failures),
      drained: () => {
        this.#cancelMemoryWatch();
        this.#refusing.closeAll();
        this.#polls.close();
        this.#slowPolls.close();
        handlers.drained();
      },
    };
  }

  #start(id: number): boolean {
    const { command, environment, clock, log } = this.#options;
    return this.#processes.start(
      id,
      () =>
        new WorkerProcess({
          command,
          environment,
          polls: this.#polls,
          clock,
          sender: this.#sender,
          line: (line) => this.#hear(id, line),
          breached: (found) => {
            log.warn('worker-breach', { worker: id, found });
            this.#pool.breached(id);
          },
          ended: (code, signal) => this.#ended(id, code, signal),
        }),
    );
  }

  #hear(id: number, line: WorkerLine): void {
    if (line.say === 'ready') this.#pool.saidReady(id);
    else if (line.say === 'took') this.#pool.saidTook(id, line.id);
    else this.#options.handlers.event(id, line);
  }

  #ended(id: number, code: number | null, signal: string | null): void {
    this.#processes.ended(id, code, signal, (asked) => {
      return asked === undefined || asked.endsWith('-timeout') || asked === 'protocol';
    });
    this.#options.handlers.active();
    this.#pool.ended(id);
  }

  #exhausted(error: number): void {
    this.metrics.exhausted();
    const { clock, log } = this.#options;
    // A change of state, not every refusal.
    if (clock.now() - this.#exhaustedAtMs > 10_000) {
      log.warn('prefork-accept-failed', { error, held: this.#held.size, silent: this.#acceptor.silent });
    }
    this.#exhaustedAtMs = clock.now();
  }
}
