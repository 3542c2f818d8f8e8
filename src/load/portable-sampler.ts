import type { MachineLoad } from '../core/load.ts';
import type { Sampler } from './sampler.ts';

export interface PortableMeasure {
  readonly cpuBusy: number | undefined;
  readonly memoryAvailable: number | undefined;
  readonly loadAverage: number | undefined;
}

const NOTHING: PortableMeasure = { cpuBusy: undefined, memoryAvailable: undefined, loadAverage: undefined };

/** A value older than this many intervals says nothing of now. */
const INTERVALS_UNTIL_STALE = 3;

/**
 * For machines without /proc: a slow, asynchronous measure (milliseconds of processor time, now and then half a second
 * of waiting), of which `sample` only hands out the last result. Begins one when `intervalMs` have passed since the last
 * beginning and none is under way.
 */
export class PortableSampler implements Sampler {
  readonly signals = ['cpuBusy', 'memoryAvailable', 'loadAverage'] as const;
  readonly #measure: () => Promise<PortableMeasure>;
  readonly #intervalMs: number;
  #last = NOTHING;
  #lastBegunMs = Number.NEGATIVE_INFINITY;
  #begunMs = Number.NEGATIVE_INFINITY;
  #underWay = false;
  #closed = false;

  constructor(measure: () => Promise<PortableMeasure>, intervalMs = 5000) {
    this.#measure = measure;
    this.#intervalMs = intervalMs;
  }

  sample(into: MachineLoad, nowMs: number): void {
    if (!this.#underWay && nowMs - this.#begunMs >= this.#intervalMs) void this.#begin(nowMs);
    if (nowMs - this.#lastBegunMs > INTERVALS_UNTIL_STALE * this.#intervalMs) this.#last = NOTHING;
    into.cpuBusy = this.#last.cpuBusy;
    into.memoryAvailable = this.#last.memoryAvailable;
    into.loadAverage = this.#last.loadAverage;
  }

  close(): void {
    this.#closed = true;
    this.#last = NOTHING;
  }

  async #begin(nowMs: number): Promise<void> {
    this.#underWay = true;
    this.#begunMs = nowMs;
    try {
      const measured = await this.#measure();
      if (this.#closed) return;
      this.#last = measured;
      this.#lastBegunMs = nowMs;
    } catch {
      // A platform that cannot tell: the last value goes stale, and the next attempt comes in its time.
    } finally {
      this.#underWay = false;
    }
  }
}
