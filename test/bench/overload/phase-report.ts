/** What became of the visitors of one phase: numbers per second, latencies in milliseconds. An attempt belongs to the phase in which it was due. */
export interface PhaseReport {
  /** When the phase began, milliseconds since 1970. */
  readonly beganMs: number;
  /** Visitors a second that were meant to come. */
  readonly rate: number;
  /** Visitors who came. */
  readonly offered: number;
  /** Attempts that were answered within a second. */
  readonly good: number;
  /** Visitors whose first attempt was. */
  readonly firstGood: number;
  readonly late: number;
  readonly shed: number;
  readonly failed: number;
  /** Gave up after five seconds. */
  readonly gone: number;
  /** Attempts that a visitor made who came in this phase; 1 where nobody comes back. */
  readonly attemptsEach: number;
  /** Of those who were served, late or not; nothing where nobody was. */
  readonly p50: number | undefined;
  readonly p99: number | undefined;
  readonly shedP99: number | undefined;
  /** From the begin of the phase: when the last visitor came who was not served well; 0 where all were. */
  readonly lastBadMs: number;
}
