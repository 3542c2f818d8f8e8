import type { MachineLoad } from '../core/load.ts';

/** Measures one source of the machine's load. */
export interface Sampler {
  /** What it fills in; no two samplers of one reader share a signal. */
  readonly signals: readonly (keyof MachineLoad)[];
  /**
   * Writes its signals into `into`; `nowMs` is the instant of this sample on the gateway's clock. Synchronous and a few
   * microseconds long. What cannot be measured becomes `undefined`; never throws for the machine's sake.
   */
  sample(into: MachineLoad, nowMs: number): void;
  /** Gives descriptors back. Nothing is sampled afterwards. */
  close(): void;
}
