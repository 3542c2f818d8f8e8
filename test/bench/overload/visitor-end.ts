/** How an attempt ended. */
export type VisitorEnd = 'good' | 'late' | 'shed' | 'failed' | 'gone';

/** Is told how an attempt ended; `retryAfterMs` where it was shed and told a time. */
export type Ended = (end: VisitorEnd, latencyMs: number, retryAfterMs: number | undefined) => void;
