/** What a subscriber is told: one line of JSON each. */
export interface BusLine {
  readonly event: string;
  /** Whom it is for. */
  readonly scope: 'application' | 'gateway';
  /** `operator`, a signal, or the name of an application. */
  readonly from?: string;
  readonly payload?: unknown;
}
