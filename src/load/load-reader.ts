import type { Clock } from '../core/clock.ts';
import type { MachineLoad } from '../core/load.ts';
import { emptyLoad } from './empty-load.ts';
import { machineSamplers } from './machine-samplers.ts';
import type { Sampler } from './sampler.ts';

export const SAMPLE_INTERVAL_MS = 100;

/** What sampling itself costs, milliseconds on the reader's clock. */
export interface SamplingCost {
  readonly samples: number;
  readonly totalMs: number;
  readonly longestMs: number;
}

export interface LoadReaderOptions {
  readonly intervalMs?: number;
  /** Made for this machine where left out. The reader closes them. */
  readonly samplers?: readonly Sampler[];
}

/**
 * Keeps one sample of the machine up to date. Asking costs nothing: `read` hands out the same object every time, whose
 * values change between two turns of the event loop and never within one.
 */
export class LoadReader {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #samplers: readonly Sampler[];
  readonly #load: MachineLoad = emptyLoad();
  #cost: { samples: number; totalMs: number; longestMs: number } = { samples: 0, totalMs: 0, longestMs: 0 };
  #cancel: (() => void) | undefined;
  #stopped = false;

  constructor(clock: Clock, { intervalMs = SAMPLE_INTERVAL_MS, samplers }: LoadReaderOptions = {}) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#samplers = samplers ?? machineSamplers(intervalMs);
  }

  read(): Readonly<MachineLoad> {
    return this.#load;
  }

  get cost(): SamplingCost {
    return this.#cost;
  }

  /** Takes the first sample at once. Starting twice is harmless. */
  start(): void {
    if (this.#cancel === undefined && !this.#stopped) this.#sample();
  }

  /** Takes no more samples and closes the samplers: a stopped reader stays stopped. The last sample stands. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#cancel?.();
    this.#cancel = undefined;
    for (const sampler of this.#samplers) sampler.close();
  }

  readonly #sample = (): void => {
    const begunMs = this.#clock.now();
    for (const sampler of this.#samplers) sampler.sample(this.#load, begunMs);
    const tookMs = this.#clock.now() - begunMs;
    this.#cost.samples += 1;
    this.#cost.totalMs += tookMs;
    this.#cost.longestMs = Math.max(this.#cost.longestMs, tookMs);
    this.#cancel = this.#clock.after(this.#intervalMs, this.#sample);
  };
}
