/** Time as a parameter. All durations and instants inside Spillway are milliseconds. */
export interface Clock {
  /** Milliseconds since an arbitrary start; never goes back. */
  now(): number;
  /** Calls `action` once, `delayMs` from now. Returns a function that takes it back; taking back twice is harmless. */
  after(delayMs: number, action: () => void): () => void;
}
