import type { Clock } from '../core/clock.ts';
import type { Logger } from '../log/logger.ts';
import type { EventLine } from '../prefork/worker-protocol.ts';
import type { Bus, BusEvent } from './bus.ts';
import type { BusClient } from './bus-client.ts';
import type { BusLine } from './bus-line.ts';

/** Between two attempts to hear a gateway that is gone; twice as long each time. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

export interface WorkerBusOptions {
  /** The life of the parent: `graceful` and `reload` that come from above are published there. */
  readonly bus: Bus;
  /** Says a line to one worker, or to all. */
  readonly tell: (line: EventLine, worker?: number) => void;
  /** Nothing where the parent runs by itself. */
  readonly gateway: BusClient | undefined;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'warn'>;
}

/**
 * The bus between workers, their preforking parent and the gateway:
 *
 *     worker ► {"say":"event","id":1,"channel":"reload","scope":"gateway","payload":…}
 *     parent ► {"say":"event","answer":1}                              taken
 *     parent ► {"say":"event","answer":1,"refused":"why, for people"}
 *     parent ► {"say":"event","channel":"reload","scope":"application","from":"wiki","payload":…}
 *
 * What a worker publishes goes to the gateway, which knows what it may, and comes back from there to all processes of the application; without a
 * gateway it goes to the workers here.
 */
export class WorkerBus {
  readonly #options: WorkerBusOptions;
  readonly #ending = new AbortController();

  constructor(options: WorkerBusOptions) {
    this.#options = options;
    const pass = (channel: 'graceful' | 'reload'): void => {
      // Before the workers are replaced.
      options.bus.subscribe(channel, { name: 'workers', order: 10, hear: (event) => this.#pass(event) });
    };
    pass('graceful');
    pass('reload');
    void this.#listen();
  }

  /** A worker has said this. */
  async hear(worker: number, line: EventLine): Promise<void> {
    const { id, channel, scope = 'application', payload } = line;
    const refused = await this.#publish(channel, scope, payload);
    if (typeof id !== 'number') return;
    this.#options.tell({ say: 'event', answer: id, ...(refused !== undefined && { refused }) }, worker);
  }

  close(): void {
    this.#ending.abort();
  }

  /** Why it was refused; nothing where it was taken. */
  async #publish(channel: unknown, scope: unknown, payload: unknown): Promise<string | undefined> {
    const { gateway } = this.#options;
    if (typeof channel !== 'string') return 'expected the name of an event';
    if (scope !== 'application' && scope !== 'gateway')
      return `expected the scope application or gateway, found ${JSON.stringify(scope)}`;
    const optional = payload === undefined || payload === null ? {} : { payload };
    if (gateway === undefined) {
      if (scope === 'gateway') return `expected a gateway to publish ${channel} to, found none`;
      await this.#take({ event: channel, scope, from: 'worker', ...optional });
      return undefined;
    }
    try {
      await gateway.publish({ event: channel, scope, ...optional });
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** An event from above. The gateway's own stop is not ours: who runs us says when we are to. */
  async #take({ event, scope, from, payload }: BusLine): Promise<void> {
    if (event === 'stop' || event === 'start' || event === 'exit') return;
    const optional = { ...(from !== undefined && { from }), ...(payload !== undefined && { payload }) };
    if (event === 'graceful' || event === 'reload')
      await this.#options.bus.publish({ channel: event, ...optional });
    else this.#options.tell({ say: 'event', channel: event, scope, ...optional });
  }

  #pass({ channel, from, payload }: BusEvent): void {
    this.#options.tell({
      say: 'event',
      channel,
      scope: 'application',
      ...(from !== undefined && { from }),
      ...(payload !== undefined && { payload }),
    });
  }

  async #listen(): Promise<void> {
    const { gateway, clock, log } = this.#options;
    const { signal } = this.#ending;
    let pauseMs = FIRST_PAUSE_MS;
    while (gateway !== undefined && !signal.aborted) {
      try {
        for await (const line of await gateway.events(signal)) {
          pauseMs = FIRST_PAUSE_MS;
          await this.#take(line);
        }
      } catch (error) {
        if (signal.aborted) return;
        log.warn('bus-not-heard', { problem: error instanceof Error ? error.message : String(error) });
      }
      await new Promise<void>((resolve) => clock.after(pauseMs, resolve));
      pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
    }
  }
}
