import type { Clock } from '../core/clock.ts';
import type { Outcome } from '../core/outcome.ts';

export type Durations = Pick<Outcome, 'waitMs' | 'firstByteMs' | 'busyMs' | 'totalMs'>;

/** The stopwatch of one exchange: `core/outcome.ts` says what each duration means. */
export class PassageTimes {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #arrivedMs: number;
  #queuedMs: number | undefined;
  #grantedMs: number | undefined;
  #firstByteMs: number | undefined;
  #workedMs: number | undefined;
  #heldSinceMs: number | undefined;
  /** Time in which the visitor's connection held up the application; no part of its work. */
  #heldMs = 0;

  constructor(clock: Pick<Clock, 'now'>, arrivedMs: number) {
    this.#clock = clock;
    this.#arrivedMs = arrivedMs;
  }

  queued(): void {
    this.#queuedMs = this.#clock.now();
  }

  granted(): number {
    this.#grantedMs = this.#clock.now();
    return this.#grantedMs;
  }

  firstByte(): void {
    this.#firstByteMs ??= this.#clock.now();
  }

  held(): void {
    this.#heldSinceMs ??= this.#clock.now();
  }

  /** False where nothing was held. */
  resumed(): boolean {
    if (this.#heldSinceMs === undefined) return false;
    this.#heldMs += this.#clock.now() - this.#heldSinceMs;
    this.#heldSinceMs = undefined;
    return true;
  }

  worked(): void {
    this.resumed();
    this.#workedMs = this.#clock.now();
  }

  durations(): Durations {
    const now = this.#clock.now();
    const granted = this.#grantedMs;
    return {
      waitMs: this.#queuedMs === undefined ? 0 : (granted ?? now) - this.#queuedMs,
      firstByteMs:
        granted === undefined || this.#firstByteMs === undefined ? undefined : this.#firstByteMs - granted,
      busyMs: granted === undefined ? 0 : (this.#workedMs ?? now) - granted - this.#heldMs,
      totalMs: now - this.#arrivedMs,
    };
  }
}
