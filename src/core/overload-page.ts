import type { AnswerHead } from './answer.ts';
import type { View } from './view.ts';

export interface PreparedAnswer {
  readonly head: AnswerHead;
  readonly body: Uint8Array;
}

/** What a page can say of how it came to be shown. */
export interface ShedCircumstances {
  /** The reason of the decision, or what failed: a metric label. */
  readonly reason: string;
  /** How many wait in the admission queue; nothing where nobody knows. */
  readonly waiting?: number;
}

/** Makes the answers that Spillway gives by itself. Prepared in advance, so that one costs almost nothing. */
export interface OverloadPage {
  /** The polite page: 503 (or 429, where the operator says so) with Retry-After, in the form that the visitor asked for. */
  shed(view: View, id: string, retryAfterMs: number, circumstances?: ShedCircumstances): PreparedAnswer;
  /** Looks whether the operator's files have changed. What cannot be used changes nothing. */
  refresh?(): void;
}

/** Error pages: 4xx, 500, 502, 504. */
export interface ErrorPage {
  error(view: View | undefined, id: string, status: number): PreparedAnswer;
}
