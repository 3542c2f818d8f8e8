/** What all connections of one listener look at. */
export interface ListenerState {
  /** Kept up to date by the listener's sweep, so that a request costs no look at a clock for its time limits. */
  nowMs: number;
  /** No request may follow the one under way. */
  stopping: boolean;
}
