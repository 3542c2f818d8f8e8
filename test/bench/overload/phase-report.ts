/** What became of the visitors of one phase: numbers per second, latencies in milliseconds. */
export interface PhaseReport {
  /** Visitors a second that were meant to come. */
  readonly rate: number;
  readonly offered: number;
  /** Served within a second. */
  readonly good: number;
  readonly late: number;
  readonly shed: number;
  readonly failed: number;
  /** Gave up after five seconds. */
  readonly gone: number;
  /** Of those who were served, late or not; nothing where nobody was. */
  readonly p50: number | undefined;
  readonly p99: number | undefined;
  readonly shedP99: number | undefined;
  /** From the begin of the phase: when the last visitor came who was not served well; 0 where all were. */
  readonly lastBadMs: number;
}
