import type { PreforkState } from './prefork-metrics.ts';
import type { EventLine } from './worker-protocol.ts';

/** The workers of a server, however they come to their connections. */
export interface Crew extends PreforkState {
  open(): void;
  /** Replaces all workers; none leaves before its successor is ready. */
  reload(): void;
  /** Nobody new can come: serves who is here, then ends the workers. `CrewHandlers.drained` follows. */
  stop(): void;
  /** Ends all workers at once. */
  kill(): void;
  /** Tells one worker of an event, or all of them; those that accept on their own hear none. */
  publish(event: EventLine, worker?: number): void;
}

export interface CrewHandlers {
  /** The first worker is ready. */
  ready(): void;
  /** Workers died before any was ready, so many in a row. */
  failing(failures: number): void;
  drained(): void;
  /** Somebody came, or was served. */
  active(): void;
  /** A worker says something on the bus. */
  event(worker: number, event: EventLine): void;
}
