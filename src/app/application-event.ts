import type { Channel } from '../bus/bus.ts';

/** One that everybody knows, or a name of the application's own choice: lower-case letters, digits and hyphens. */
export type EventName = Channel | (string & {});

export interface ApplicationEvent {
  readonly channel: EventName;
  /** Who asked for it: `operator`, a signal, the name of an application. */
  readonly from?: string;
  /** Anything that JSON can say. */
  readonly payload?: unknown;
}

const NAME = /^[a-z][a-z0-9-]{0,63}$/;

export function isEventName(value: unknown): value is string {
  return typeof value === 'string' && NAME.test(value);
}
