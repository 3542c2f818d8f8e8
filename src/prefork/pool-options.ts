/** What an operator says about the workers. Where a limit is left out there is none. */
export interface PoolOptions {
  readonly minWorkers: number;
  readonly maxWorkers: number;
  /** How many shall be idle, as long as there is room below the maximum. */
  readonly minIdle: number;
  /** A worker ends after so many connections, less up to a tenth by chance, so that not all end at once. */
  readonly maxRequests?: number | undefined;
  /** A worker idle for longer ends, down to the minimum. */
  readonly workerIdleTimeoutMs?: number | undefined;
  readonly queueLength: number;
  readonly queueTimeoutMs: number;
  /** From the start to the first `ready`. */
  readonly startTimeoutMs: number;
  /** From a hand-over to its `took`. */
  readonly handOverTimeoutMs: number;
  /** From `took` to the next `ready`. */
  readonly requestTimeoutMs?: number | undefined;
  /** From `stop` to the end of the worker. */
  readonly stopTimeoutMs: number;
  /** Workers that may be starting at the same time. */
  readonly startsAtOnce: number;
}
