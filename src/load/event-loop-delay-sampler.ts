import type { MachineLoad } from '../core/load.ts';
import type { Sampler } from './sampler.ts';

/**
 * How late the reader's own timer fired: what any other timer due at that instant would have seen. The reader sets the
 * timer anew after each sample, `intervalMs` ahead.
 */
export class EventLoopDelaySampler implements Sampler {
  readonly signals = ['eventLoopDelayMs'] as const;
  readonly #intervalMs: number;
  #sampledMs: number | undefined;

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  sample(into: MachineLoad, nowMs: number): void {
    into.eventLoopDelayMs =
      this.#sampledMs === undefined ? undefined : Math.max(0, nowMs - this.#sampledMs - this.#intervalMs);
    this.#sampledMs = nowMs;
  }

  close(): void {
    // Holds nothing.
  }
}
