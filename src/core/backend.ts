import type { AnswerHead } from './answer.ts';
import type { Body } from './body.ts';
import type { RunLane } from './lane.ts';
import type { View } from './view.ts';

/** What a backend is given. The backend releases the body. */
export interface BackendRequest {
  readonly id: string;
  readonly view: View;
  readonly body: Body | undefined;
}

/**
 * Why a backend could not give a whole answer; a metric label and the key to the status that the visitor sees.
 * Nothing was consumed, so the overload page is safe: `unreachable`. Silence of a daemon: `silent`.
 * 431: `variables-too-large` (over the operator's bound), `too-large-for-exec` (over the system's). 502: `not-started` (the program could not be run), `no-head`, `bad-head`, `head-too-large`. 504: `timeout`.
 * After the head, any of them cuts the answer; `broken-off` is only that.
 */
export type BackendFailure =
  | 'unreachable'
  | 'silent'
  | 'variables-too-large'
  | 'too-large-for-exec'
  | 'not-started'
  | 'no-head'
  | 'bad-head'
  | 'head-too-large'
  | 'timeout'
  | 'broken-off';

/** The head of a CGI response (RFC 3875, section 6.2): an answer, or a path to serve in its place. */
export type CgiHead =
  | { readonly kind: 'answer'; readonly head: AnswerHead }
  | { readonly kind: 'local-redirect'; readonly target: string };

/**
 * Who takes the answer of a backend. At most one `head`, then `data`; then exactly one of `end` and `failed`; and last,
 * exactly once, `released`: nothing of this run is left and its slot may be given back.
 */
export interface AnswerReceiver {
  head(head: CgiHead): void;
  /** `false`: hold back until `resume`. */
  data(chunk: Uint8Array): boolean;
  end(): void;
  failed(failure: BackendFailure): void;
  released(): void;
}

export interface BackendRun {
  /** Goes on after a `data` that returned `false`. */
  resume(): void;
  /** Nobody wants the answer any more: ends the work. No more `head`, `data`, `end` or `failed`; `released` still comes. */
  abandon(): void;
}

export interface Backend {
  readonly lane: RunLane;
  run(request: BackendRequest, receiver: AnswerReceiver): BackendRun;
}
