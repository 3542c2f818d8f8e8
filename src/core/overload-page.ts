import type { AnswerHead } from './answer.ts';
import type { View } from './view.ts';

export interface PreparedAnswer {
  readonly head: AnswerHead;
  readonly body: Uint8Array;
}

/** Makes the answers that Spillway gives by itself. Prepared in advance, so that one costs almost nothing. */
export interface OverloadPage {
  /** The polite page: 503 with Retry-After, in the form that the visitor asked for. */
  shed(view: View, id: string, retryAfterMs: number): PreparedAnswer;
}

/** Error pages: 4xx, 500, 502, 504. */
export interface ErrorPage {
  error(view: View | undefined, id: string, status: number): PreparedAnswer;
}
