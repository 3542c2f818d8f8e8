import type { ApplicationConfiguration } from '../config/configuration.ts';
import type { Logger } from '../log/logger.ts';
import type { Bus, BusFailure } from './bus.ts';
import { type BusRequest, parseBusRequest } from './bus-request.ts';
import type { EventSubscribers } from './event-subscribers.ts';

/** The name of an application; nothing: an operator, who may do everything. */
export type Publisher = string | undefined;

export type BusRefusalReason =
  | 'malformed'
  | 'not-allowed'
  | 'not-now'
  | 'unknown-application'
  | 'unknown-token';

export type BusAnswer =
  | { readonly kind: 'published'; readonly heard: number }
  /** It was published, and some who heard it could not do what they should: nothing of that was done. */
  | { readonly kind: 'failed'; readonly failures: readonly string[] }
  | { readonly kind: 'refused'; readonly reason: BusRefusalReason; readonly message: string };

type Application = Pick<ApplicationConfiguration, 'name' | 'bus'>;

export interface BusDeskParts {
  readonly bus: Bus;
  readonly subscribers: EventSubscribers;
  /** In force. */
  readonly applications: () => readonly Application[];
  readonly metrics: {
    busEvent(application: string, scope: string, event: string): void;
    busRefused(application: string, reason: BusRefusalReason): void;
  };
  readonly logger: Logger;
}

/** Where what comes from outside the gateway's process is looked at, and put on the bus or refused. Everything is counted and logged. */
export class BusDesk {
  readonly #parts: BusDeskParts;

  constructor(parts: BusDeskParts) {
    this.#parts = parts;
    const { bus, subscribers } = parts;
    const pass = (channel: 'stop' | 'graceful' | 'reload', order: number): void => {
      bus.subscribe(channel, {
        name: 'subscribers',
        order,
        hear: ({ from, payload }) => {
          const optional = { ...(from !== undefined && { from }), ...(payload !== undefined && { payload }) };
          subscribers.deliver({ event: channel, scope: 'gateway', ...optional }, undefined);
        },
      });
    };
    // Who is told to stop still finds the gateway; who is told of a reload finds it done.
    pass('stop', 10);
    pass('graceful', 90);
    pass('reload', 90);
  }

  /** `body` is what was sent, parsed. */
  async publish(publisher: Publisher, body: unknown): Promise<BusAnswer> {
    const request = parseBusRequest(body);
    if (typeof request === 'string') return this.refuse(publisher, 'malformed', request);
    if (publisher !== undefined) {
      const objection = this.#objection(publisher, request);
      if (objection !== undefined) return this.refuse(publisher, 'not-allowed', objection);
    }
    return request.scope === 'gateway'
      ? this.#toGateway(publisher, request)
      : this.#toApplication(publisher, request);
  }

  /** The lines for one who listens; a refusal where there are too many. */
  subscribe(publisher: Publisher): ReadableStream<Uint8Array> | BusAnswer {
    if (publisher !== undefined && this.#find(publisher)?.bus === undefined)
      return this.refuse(publisher, 'not-allowed', withoutBus(publisher));
    const stream = this.#parts.subscribers.subscribe(publisher);
    return stream ?? this.refuse(publisher, 'not-now', 'expected fewer subscribers: end one of them first');
  }

  /** Ends what subscribers are told. */
  close(): void {
    this.#parts.subscribers.close();
  }

  refuse(publisher: Publisher, reason: BusRefusalReason, message: string): BusAnswer {
    const { metrics, logger } = this.#parts;
    metrics.busRefused(publisher ?? '', reason);
    const fields = { application: publisher, reason, problem: message };
    // Anybody on the machine could fill the log with the former.
    if (reason === 'unknown-token') logger.debug('bus-refused', fields);
    else logger.warn('bus-refused', fields);
    return { kind: 'refused', reason, message };
  }

  /** Why an application may not publish this. */
  #objection(name: string, request: BusRequest): string | undefined {
    const allow = this.#find(name)?.bus?.allow;
    if (allow === undefined) return withoutBus(name);
    if (request.scope === 'application') {
      const { application = name } = request;
      return application === name
        ? undefined
        : `${name} may not publish to another application (${application}); it may to itself, and to the gateway what \`bus.allow\` lists`;
    }
    if (allow.includes(request.event)) return undefined;
    const allowed = allow.length === 0 ? 'nothing' : allow.join(', ');
    return `${name} may not publish ${request.event} to the gateway; \`bus.allow\` of the application allows ${allowed}`;
  }

  async #toGateway(publisher: Publisher, { event, payload }: BusRequest): Promise<BusAnswer> {
    const { bus } = this.#parts;
    this.#count(publisher, 'gateway', event, undefined);
    const published = await bus.publish({
      channel: event as 'graceful' | 'reload',
      from: publisher ?? 'operator',
      ...(payload !== undefined && { payload }),
    });
    if (published.kind === 'bus-refusal') return this.refuse(publisher, 'not-now', published.message);
    const failures = published.failures.flatMap(linesOf);
    return failures.length > 0 ? { kind: 'failed', failures } : { kind: 'published', heard: published.heard };
  }

  #toApplication(
    publisher: Publisher,
    { event, application, payload }: Extract<BusRequest, { scope: 'application' }>,
  ): BusAnswer {
    const name = application ?? publisher;
    if (name === undefined)
      return this.refuse(publisher, 'malformed', 'expected an application beside the scope application');
    const found = this.#find(name);
    if (found === undefined) {
      const names = this.#parts.applications().map((one) => one.name);
      const message = `expected an application (${names.join(', ')}), found ${name}`;
      return this.refuse(publisher, 'unknown-application', message);
    }
    if (found.bus === undefined) return this.refuse(publisher, 'not-allowed', withoutBus(name));
    this.#count(publisher, 'application', event, name);
    const line = { event, scope: 'application' as const, from: publisher ?? 'operator' };
    const heard = this.#parts.subscribers.deliver(payload === undefined ? line : { ...line, payload }, name);
    return { kind: 'published', heard };
  }

  #find(name: string): Application | undefined {
    return this.#parts.applications().find((one) => one.name === name);
  }

  #count(publisher: Publisher, scope: string, event: string, application: string | undefined): void {
    const { metrics, logger } = this.#parts;
    metrics.busEvent(publisher ?? '', scope, event);
    logger.info('bus-event', { channel: event, scope, from: publisher ?? 'operator', application });
  }
}

function withoutBus(name: string): string {
  return `${name} is not on the bus; its operator can set \`bus: { allow: [] }\` in the configuration of the application`;
}

/** Several faults make several lines. */
function linesOf({ listener, error }: BusFailure): string[] {
  if (error instanceof AggregateError) return error.errors.map(String);
  return [`${listener}: ${error instanceof Error ? error.message : String(error)}`];
}
