/** What is wrong with a value, wherever it stands. */
export interface Problem {
  readonly code: string;
  /** What was expected, what was found, what to do. */
  readonly message: string;
}
