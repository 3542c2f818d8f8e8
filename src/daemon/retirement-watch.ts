import type { Clock } from '../core/clock.ts';

export type RetirementReason = 'idle' | 'quiet';

export interface RetirementWatchOptions {
  readonly clock: Clock;
  readonly idleTimeoutMs: number;
  readonly quietTimeoutMs: number;
  readonly inUse: () => boolean;
  readonly retire: (reason: RetirementReason) => void;
}

/**
 * Finds the moment to retire a daemon: idle, when the last conversation ended long enough ago; or quiet, when for long
 * enough requests went another way and none came to it. Costs no timer per request: the one that is set looks, when it
 * runs, whether it is still right, and sets itself again.
 */
export class RetirementWatch {
  readonly #options: RetirementWatchOptions;
  #watching = false;
  #lastUsedMs = 0;
  #quietSinceMs: number | undefined;
  #cancelTimer: (() => void) | undefined;
  #timerDueMs = 0;

  constructor(options: RetirementWatchOptions) {
    this.#options = options;
  }

  /** The daemon came up. */
  begin(): void {
    this.#watching = true;
    this.#quietSinceMs = undefined;
    this.#lastUsedMs = this.#options.clock.now();
    this.#arm();
  }

  /** The daemon is no longer up. */
  end(): void {
    this.#watching = false;
    this.#disarm();
  }

  entered(): void {
    this.#quietSinceMs = undefined;
  }

  left(): void {
    this.#lastUsedMs = this.#options.clock.now();
    this.#arm();
  }

  notNeeded(): void {
    if (this.#quietSinceMs !== undefined) return;
    this.#quietSinceMs = this.#options.clock.now();
    this.#arm();
  }

  /** What is known late: others used the daemon, so long ago. Whether it is not to be retired for that. */
  usedElsewhere(agoMs: number): boolean {
    const nowMs = this.#options.clock.now();
    const usedMs = nowMs - agoMs;
    this.#lastUsedMs = Math.max(this.#lastUsedMs, usedMs);
    if (this.#quietSinceMs !== undefined && usedMs >= this.#quietSinceMs) this.#quietSinceMs = undefined;
    if (this.#due().atMs <= nowMs) return false;
    this.#arm();
    return true;
  }

  /** The daemon could not be retired, since somebody else uses it: that counts as use. */
  postpone(): void {
    this.#lastUsedMs = this.#options.clock.now();
    if (this.#quietSinceMs !== undefined) this.#quietSinceMs = this.#lastUsedMs;
    this.#arm();
  }

  #due(): { readonly atMs: number; readonly reason: RetirementReason } {
    const { idleTimeoutMs, quietTimeoutMs } = this.#options;
    const idleMs = this.#lastUsedMs + idleTimeoutMs;
    const quietMs = (this.#quietSinceMs ?? Number.POSITIVE_INFINITY) + quietTimeoutMs;
    return quietMs < idleMs ? { atMs: quietMs, reason: 'quiet' } : { atMs: idleMs, reason: 'idle' };
  }

  /** Sees to it that the timer runs no later than the moment that is due now; running earlier does no harm. */
  #arm(): void {
    if (!this.#watching) return;
    const { atMs } = this.#due();
    if (this.#cancelTimer !== undefined && this.#timerDueMs <= atMs) return;
    this.#disarm();
    this.#timerDueMs = atMs;
    this.#cancelTimer = this.#options.clock.after(Math.max(0, atMs - this.#options.clock.now()), this.#look);
  }

  #disarm(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  readonly #look = (): void => {
    this.#cancelTimer = undefined;
    // The conversation that is on ends with `left`, which arms again.
    if (this.#options.inUse()) return;
    const { atMs, reason } = this.#due();
    if (atMs > this.#options.clock.now()) this.#arm();
    else this.#options.retire(reason);
  };
}
