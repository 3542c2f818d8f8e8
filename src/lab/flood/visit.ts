/** How one visit ended. Latency counts from the instant at which the visitor wanted to come. */
export type VisitEnd =
  | { readonly kind: 'answered'; readonly status: number; readonly latencyMs: number }
  /** `why`: a short word for the summary. */
  | { readonly kind: 'unanswered'; readonly why: string };

export interface Visit {
  readonly intendedMs: number;
  readonly ended: (end: VisitEnd) => void;
}
