import type { HeldConnection } from './connection-queue.ts';
import type { DeathCause, WorkerState } from './pool-effects.ts';

/** What a pool knows of a worker that it hands connections to. */
export interface PoolWorker {
  readonly id: number;
  /** How many reloads there had been when it was started. */
  readonly generation: number;
  /** Connections after which it ends. */
  readonly maxRequests: number;
  /** Changed by `WorkerRoster.move` alone. */
  state: WorkerState;
  served: number;
  idleSinceMs: number;
  /** In the hand-over that is under way. */
  offered: HeldConnection | undefined;
  offeredMs: number;
  /** Why it ends at its next `ready`. */
  retireFor: DeathCause | undefined;
  /** Of the time that its state may last. */
  cancelTimer: () => void;
}
