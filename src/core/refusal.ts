/** A request that is refused: a value, never thrown. `code` is stable and safe as a metric label. */
export interface Refusal {
  readonly kind: 'refusal';
  /** HTTP status for the visitor. */
  readonly status: number;
  readonly code: string;
  /** For the log: what was expected and what was found. */
  readonly message: string;
}

export function refusal(status: number, code: string, message: string): Refusal {
  return { kind: 'refusal', status, code, message };
}
