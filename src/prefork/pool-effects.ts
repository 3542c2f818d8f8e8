/**
 * Why a worker ended. Asked to: `requests` (had its number), `memory`, `idle`, `reload`, `stop`. By itself: `exited` and `killed` (by a
 * signal that was not ours). Ended by us: `start-timeout`, `hand-over-timeout`, `request-timeout`, `stop-timeout`, `protocol`.
 */
export const DEATH_CAUSES = [
  'requests',
  'memory',
  'idle',
  'reload',
  'stop',
  'exited',
  'killed',
  'start-timeout',
  'hand-over-timeout',
  'request-timeout',
  'stop-timeout',
  'protocol',
] as const;

export type DeathCause = (typeof DEATH_CAUSES)[number];

/** Why a connection got a refusal in place of a worker. */
export const SHED_REASONS = ['queue-full', 'queue-timeout', 'no-worker', 'stopping'] as const;

export type ShedReason = (typeof SHED_REASONS)[number];

/** What a worker is doing; `accepting`: one that accepts on its own, of which no more is known. */
export const WORKER_STATES = [
  'starting',
  'idle',
  'offered',
  'busy',
  'accepting',
  'stopping',
  'dying',
] as const;

export type WorkerState = (typeof WORKER_STATES)[number];

/** What the pool has done to the world. None may call the pool back before it returns. */
export interface PoolEffects {
  /** Starts a worker. False where that cannot be done now. */
  start(worker: number): boolean;
  /** Sends the descriptor, then the line. False where the worker cannot be reached. */
  handOver(worker: number, connection: number): boolean;
  /** Asks it to finish what it has and to end. */
  stop(worker: number, cause: DeathCause): void;
  /** Ends it and what it has started, at once. */
  kill(worker: number, cause: DeathCause): void;
  /** A worker has the connection: the parent's own descriptor may go. `waitedMs`: from arrival to the hand-over that was acknowledged. */
  took(connection: number, waitedMs: number): void;
  /** Answers with a refusal, and closes. */
  shed(connection: number, reason: ShedReason): void;
  /** Whether whoever made the connection is still there. Where not, the pool forgets it, and it is closed. */
  isAbandoned(connection: number): boolean;
  /** The first worker is ready, or none is needed. Once. */
  ready(): void;
  /** A worker died before any was ready, so many in a row: the operator's mistake, probably. */
  failing(failures: number): void;
  /** After `drain`: nobody waits, no worker runs. Once. */
  drained(): void;
}
