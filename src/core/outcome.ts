import type { Lane } from './lane.ts';

/**
 * How one request ended. Every request that a policy saw ends in exactly one outcome.
 * - `served`: the application answered. Feeds estimates of latency.
 * - `failed`: the application failed or was late: a sign of too much load.
 * - `ignored`: says nothing of the application's speed: shed, the visitor left, a bad request.
 */
export type Result = 'served' | 'failed' | 'ignored';

export interface Outcome {
  readonly lane: Lane;
  readonly result: Result;
  /** Time in the admission queue. */
  readonly waitMs: number;
  /** From slot to the first byte of the application's answer; nothing where none came. */
  readonly firstByteMs: number | undefined;
  /** From slot to the end of the application's work, without the time in which the visitor's connection held it up. */
  readonly busyMs: number;
  /** From arrival to the end of the answer, waiting for the visitor included. */
  readonly totalMs: number;
  /** Slots of the same lane in use, this request's own included, when its slot was granted. */
  readonly inflight: number;
}
