import type { DaemonState } from '../../src/core/daemon-state.ts';
import type { DaemonFailure, DaemonObserver } from '../../src/daemon/daemon-observer.ts';

/** Keeps what a keeper told its observer. */
export class RecordedObserver implements DaemonObserver {
  readonly states: DaemonState[] = [];
  readonly failures: DaemonFailure[] = [];
  readonly durationsMs: number[] = [];
  starts = 0;

  stateChanged(state: DaemonState): void {
    this.states.push(state);
  }

  started(): void {
    this.starts += 1;
  }

  ready(durationMs: number): void {
    this.durationsMs.push(durationMs);
  }

  failed(failure: DaemonFailure): void {
    this.failures.push(failure);
  }
}
