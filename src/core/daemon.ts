import type { DaemonState } from './daemon-state.ts';

/** Why there is no daemon to talk to; a metric label. */
export type DaemonRefusal =
  | 'start-failed'
  | 'start-timeout'
  | 'start-storm'
  | 'lock-timeout'
  | 'lock-failed'
  | 'stopping';

export type Ensured = { readonly up: true } | { readonly up: false; readonly refusal: DaemonRefusal };

/** The keeper of one application's SCGI daemon, as the gate sees it. */
export interface Daemon {
  readonly state: DaemonState;
  /** Has the daemon started where it is down, and answers when it is up or at the deadline (on the gateway's clock). Never rejects. */
  ensure(deadlineMs: number): Promise<Ensured>;
  /** A conversation begins: while one is on, nobody retires the daemon. Each `enter` has one `leave`. */
  enter(): void;
  leave(): void;
  /** A request was run in the exec lane although the daemon is up: it is not needed any more. */
  notNeeded(): void;
  /** A connection failed although the daemon seemed up: have a look. */
  suspect(): void;
  /** Ends the daemon when nobody is in conversation with it, after a bounded wait; the next `ensure` starts another. Resolves when it is gone. */
  retire(): Promise<void>;
  /** Stops the daemon with its process group, for good. Resolves when it is gone. */
  stop(): Promise<void>;
}
