import { Bus, type BusEvent, type Channel } from '../bus/bus.ts';
import type { Clock } from '../core/clock.ts';
import { type ApplicationEvent, type EventName, isEventName } from './application-event.ts';
import { BusError, type BusScope, type BusUplink } from './bus-uplink.ts';

export interface SubscribeOptions {
  /** How long the listener may take, in milliseconds; 10 s without it. */
  readonly timeoutMs?: number;
  /** For the log. */
  readonly name?: string;
}

export interface PublishOptions {
  /** `application` without it. */
  readonly scope?: BusScope;
  /** Whatever JSON can say. */
  readonly payload?: unknown;
}

/**
 * What an application sees of the bus. It subscribes instead of looking at signals, and publishes to its own processes or, where the
 * operator allows it, to the gateway.
 */
export class ApplicationBus {
  readonly #bus: Bus;
  #uplink: BusUplink | undefined;
  #failed: (text: string) => void = () => {};

  constructor(clock: Clock) {
    this.#bus = new Bus(clock);
    this.#bus.subscribe('log', {
      name: 'log',
      hear: ({ payload }) => this.#failed(describeFailure(payload)),
    });
  }

  /** Hears `channel` until the function that this returns is called. What `hear` throws is logged; other listeners hear all the same. */
  subscribe = (
    channel: EventName,
    hear: (event: ApplicationEvent) => void | Promise<void>,
    { timeoutMs, name }: SubscribeOptions = {},
  ): (() => void) =>
    this.#bus.subscribe(named(channel), {
      name: name ?? (hear.name || 'application'),
      hear,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });

  /** Resolves when the event was taken where its scope begins. Rejects with a `BusError` where it is refused there. */
  publish = async (
    channel: EventName,
    { scope = 'application', payload }: PublishOptions = {},
  ): Promise<void> => {
    const event: BusEvent = { channel: named(channel), ...(payload === undefined ? {} : { payload }) };
    if (scope !== 'worker' && this.#uplink !== undefined) return await this.#uplink.publish(event, scope);
    if (scope === 'gateway')
      throw new BusError('unreachable', `expected a gateway to publish ${channel} to, found none`);
    const result = await this.#bus.publish(event);
    if (result.kind === 'bus-refusal') throw new BusError('not-now', result.message);
  };

  /** For who runs the application. */
  connect(uplink: BusUplink | undefined, failed: (text: string) => void): void {
    this.#uplink = uplink;
    this.#failed = failed;
  }

  /** An event from above, or a change in the life of this process. False where a listener failed. */
  async hear(event: ApplicationEvent): Promise<boolean> {
    const result = await this.#bus.publish({ ...event, channel: named(event.channel) });
    return result.kind === 'published' && result.failures.length === 0;
  }
}

/** The bus treats a name that it does not know as it treats `reload`. Throws a RangeError where it is no name. */
function named(channel: EventName): Channel {
  if (isEventName(channel)) return channel as Channel;
  throw new RangeError(
    `expected an event of lower case letters, digits and hyphens, found ${JSON.stringify(channel)}`,
  );
}

function describeFailure(payload: unknown): string {
  if (typeof payload !== 'object' || payload === null || !('error' in payload)) return Bun.inspect(payload);
  const { error, channel, listener } = payload as { error: unknown; channel?: unknown; listener?: unknown };
  return `the listener ${String(listener)} of ${String(channel)} failed: ${error instanceof Error ? (error.stack ?? error.message) : Bun.inspect(error)}`;
}
