import type { ApplicationSignals } from '../admission/application-load.ts';
import type { DaemonState } from '../core/daemon-state.ts';
import type { RunLane } from '../core/lane.ts';
import type { LiveCount, LiveSlots } from './live-slots.ts';

/**
 * An application's own part of the load as one frontend sees it: whoever else lives is counted once at each asking of the
 * policies, and only where one of them reads it.
 */
export class FrontendSignals implements ApplicationSignals {
  readonly lanes: readonly RunLane[];
  readonly #slots: Pick<LiveSlots, 'count'>;
  readonly #daemon: DaemonState;
  #count: LiveCount | undefined;

  constructor(lanes: readonly RunLane[], slots: Pick<LiveSlots, 'count'>, daemon: DaemonState) {
    this.lanes = lanes;
    this.#slots = slots;
    this.#daemon = daemon;
  }

  /** The next look counts anew. */
  forget(): void {
    this.#count = undefined;
  }

  daemon(): DaemonState {
    return this.#daemon;
  }

  inflight(): Readonly<Record<RunLane, number>> {
    return this.#counted().inflight;
  }

  queued(): number {
    return this.#counted().queued;
  }

  oldestWaitMs(): number {
    return this.#counted().oldestWaitMs;
  }

  #counted(): LiveCount {
    this.#count ??= this.#slots.count();
    return this.#count;
  }
}
