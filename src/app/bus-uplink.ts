import type { ApplicationEvent } from './application-event.ts';

/** How far an event travels: this process, all processes of the application, or the gateway with all that it runs. */
export type BusScope = 'worker' | 'application' | 'gateway';

/** The way from this process to who is above it. */
export interface BusUplink {
  /** Resolves when the event was taken there; rejects with a `BusError` where it was refused, or nobody answers. */
  publish(event: ApplicationEvent, scope: BusScope): Promise<void>;
}

/**
 * What became of an event that was not heard by all: `refused` by who may, `failed` where somebody who heard it could not do it,
 * `unreachable` where nobody answers, `not-now` where this process ends. The message is for people.
 */
export class BusError extends Error {
  readonly code: 'refused' | 'failed' | 'unreachable' | 'not-now';

  constructor(code: BusError['code'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'BusError';
    this.code = code;
  }
}
