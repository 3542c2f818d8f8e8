import type { DaemonRefusal } from '../core/daemon.ts';
import type { DaemonState } from '../core/daemon-state.ts';

/** What went wrong with a daemon, a metric label: a start that failed, or what befell one that was up. */
export type DaemonFailure = DaemonRefusal | 'died' | 'unresponsive';

/** Who counts what happens to the daemon of one application. Must not throw. */
export interface DaemonObserver {
  stateChanged(state: DaemonState, before: DaemonState): void;
  /** A process was started. */
  started(): void;
  /** A started daemon accepted its first connection, so long after its start. */
  ready(durationMs: number): void;
  /** Once for every failed attempt, death or unresponsive daemon: not once for every request that suffers from it. */
  failed(failure: DaemonFailure): void;
}
