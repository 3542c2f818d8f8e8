import type { Clock } from '../core/clock.ts';

export const CHANNELS = ['start', 'stop', 'graceful', 'reload', 'exit', 'log'] as const;
export type Channel = (typeof CHANNELS)[number];
export type BusState = 'stopped' | 'starting' | 'started' | 'stopping' | 'exiting';

export interface BusEvent {
  readonly channel: Channel;
  /** Who asked for it, for people to read: `SIGHUP`, `operator`, the name of an application. */
  readonly from?: string;
  readonly payload?: unknown;
}

export interface BusListener {
  /** For people to read. */
  readonly name: string;
  /** Lower ones hear first; 50 without it. Those of the same order hear in the order in which they came. */
  readonly order?: number;
  /** How long it may take, 10 s without it. After that the next one hears, and this one counts as failed; it is not interrupted. */
  readonly timeoutMs?: number;
  /** What it throws is its failure. */
  readonly hear: (event: BusEvent) => void | Promise<void>;
}

export interface BusFailure {
  readonly channel: Channel;
  readonly listener: string;
  readonly error: unknown;
}

/** Every listener has heard. */
export interface Publication {
  readonly kind: 'published';
  readonly heard: number;
  /** Of those who heard; of a start that failed, those of its unwinding too. */
  readonly failures: readonly BusFailure[];
}

/** Not now: nobody has heard. */
export interface BusRefusal {
  readonly kind: 'bus-refusal';
  readonly state: BusState;
  readonly message: string;
}

const usualOrder = 50;
const usualTimeoutMs = 10_000;

/**
 * The life of one process, and who takes part in it. Whatever asks for something (a signal, an operator, an application) publishes an event;
 * whatever has to do something about it listens to its channel.
 *
 *                 start                 every listener well
 *     stopped ────────────► starting ─────────────────────────► started ◄─┐
 *        ▲                      │                                │     └───┘ graceful, reload
 *        │                      │ some listener failed           │ stop
 *        │                      ▼                                ▼
 *        └──────────────────────────────── stopping ◄────────────┘
 *
 *     exit: from stopped at once, from started by way of stopping, else when what is under way is over ──► exiting, for good
 *
 * - Listeners hear one after the other, each within its time limit. Every one of a channel hears, whatever became of those before it; failures are
 *   gathered, told to who published, and published on `log` (where failures go nowhere else).
 * - What cannot be now is refused: `start` but when stopped, `stop`, `graceful` and `reload` but when started. `log` always can.
 *   `stop` and `exit` that are asked for again while they are under way are the same ones.
 * - Two events of `graceful` or `reload` do not wait for each other.
 * - A listener that waits for a change of state to end which it is a part of waits until its time limit.
 */
export class Bus {
  readonly #clock: Clock;
  readonly #listeners = new Map<Channel, Set<BusListener>>();
  #state: BusState = 'stopped';
  /** The change of state that is under way. */
  #change: Promise<Publication> | undefined;
  #exit: Promise<Publication> | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get state(): BusState {
    return this.#state;
  }

  /** Returns a function that ends the subscription. Who subscribes while an event is under way hears the next one. */
  subscribe(channel: Channel, listener: BusListener): () => void {
    const listeners = this.#listeners.get(channel) ?? new Set();
    this.#listeners.set(channel, listeners);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** Resolves when every listener has heard, or has had its time. Never rejects. */
  publish(event: BusEvent): Promise<Publication | BusRefusal> {
    switch (event.channel) {
      case 'start':
        return this.#isIn('stopped') ? this.#begin(this.#start(event)) : this.#refuse(event, 'stopped');
      case 'stop':
        if (this.#state === 'stopping' && this.#change !== undefined) return this.#change;
        return this.#isIn('started') ? this.#begin(this.#stop(event)) : this.#refuse(event, 'started');
      case 'exit':
        this.#exit ??= this.#leave(event);
        return this.#exit;
      case 'log':
        return this.#tell(event);
      default:
        return this.#isIn('started') ? this.#tell(event) : this.#refuse(event, 'started');
    }
  }

  /** And not about to leave it for good. */
  #isIn(state: BusState): boolean {
    return this.#state === state && this.#exit === undefined;
  }

  #begin(change: Promise<Publication>): Promise<Publication> {
    this.#change = change;
    return change;
  }

  async #start(event: BusEvent): Promise<Publication> {
    this.#state = 'starting';
    const started = await this.#tell(event);
    if (started.failures.length === 0) {
      this.#state = 'started';
      return started;
    }
    const stopped = await this.#stop(event);
    return { ...started, failures: [...started.failures, ...stopped.failures] };
  }

  async #stop(event: BusEvent): Promise<Publication> {
    this.#state = 'stopping';
    const stopped = await this.#tell({ ...event, channel: 'stop' });
    this.#state = 'stopped';
    return stopped;
  }

  async #leave(event: BusEvent): Promise<Publication> {
    await this.#change;
    const stopped = this.#state === 'started' ? await this.#begin(this.#stop(event)) : undefined;
    this.#state = 'exiting';
    const left = await this.#tell(event);
    return { ...left, failures: [...(stopped?.failures ?? []), ...left.failures] };
  }

  async #tell(event: BusEvent): Promise<Publication> {
    const { channel } = event;
    const listeners = [...(this.#listeners.get(channel) ?? [])].sort(
      (one, other) => (one.order ?? usualOrder) - (other.order ?? usualOrder),
    );
    const failures: BusFailure[] = [];
    for (const listener of listeners) {
      try {
        await this.#hear(listener, event);
      } catch (error) {
        const failure = { channel, listener: listener.name, error };
        failures.push(failure);
        if (channel !== 'log') void this.#tell({ channel: 'log', payload: failure });
      }
    }
    return { kind: 'published', heard: listeners.length, failures };
  }

  #hear({ hear, timeoutMs = usualTimeoutMs }: BusListener, event: BusEvent): Promise<void> {
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.after(timeoutMs, () =>
        reject(new Error(`expected it to be done within ${timeoutMs} ms, and it is still at it`)),
      );
      Promise.try(hear, event).then(resolve, reject).finally(cancel);
    });
  }

  #refuse({ channel }: BusEvent, needed: BusState): Promise<BusRefusal> {
    const leaving = this.#exit !== undefined && this.#state !== 'exiting' ? ', about to exit' : '';
    const message = `expected the state ${needed} for ${channel}, found ${this.#state}${leaving}`;
    return Promise.resolve({ kind: 'bus-refusal', state: this.#state, message });
  }
}
