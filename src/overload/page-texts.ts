import type { ErrorStatus } from './error-statuses.ts';

/**
 * Why a visitor is shed, in the words of visitors: `busy` more come than can be served; `full` the queue has no room; `late` waited too long in
 * it; `starting` the daemon is not there yet; `closed` the operator drains the application; `excess` more than this visitor's share.
 */
export const CAUSES = ['busy', 'full', 'late', 'starting', 'closed', 'excess'] as const;

export type Cause = (typeof CAUSES)[number];

export interface ReasonTexts {
  /** Instead of the usual one. */
  readonly title?: string | undefined;
  /** What happened, in one or two sentences. */
  readonly text: string;
}

/** What the overload page says in one language. Plain text: it is escaped where it is used. */
export interface OverloadTexts {
  readonly title: string;
  /** To somebody who only wanted to look (GET, HEAD). */
  readonly looking: string;
  /** To somebody who sent something: it was not saved, how to keep it, and how to send it again. */
  readonly sending: string;
  /** When to come back; `{time}` is how long from now. */
  readonly again: string;
  /** The same for a page that comes back by itself. */
  readonly retrying: string;
  /** The same for who sent something. */
  readonly resend: string;
  /** How many wait: `{waiting}`. */
  readonly queue: string;
  /** Before the operator's contact. */
  readonly contact: string;
  /** Buttons: to the form; not to try by itself any more, and to do so again. */
  readonly back: string;
  readonly pause: string;
  readonly resume: string;
  /** What a page says that was told not to try; that tries just now; that can be left to send again. */
  readonly paused: string;
  readonly trying: string;
  readonly ready: string;
  /** By cause, and by the reasons of policies (the metric label) where an operator has words for them. */
  readonly reasons: Readonly<Record<Cause, ReasonTexts>> & Readonly<Record<string, ReasonTexts>>;
}

/** Everything that the overload page says. */
export interface PageLanguage {
  /** BCP 47 tag. */
  readonly language: string;
  readonly overload: OverloadTexts;
  readonly requestId: string;
  /** After the request's id: what it is good for. */
  readonly quoteIt: string;
}

/** Everything that the built-in pages say, in one language. */
export interface PageTexts extends PageLanguage {
  readonly errors: Readonly<Record<ErrorStatus, { readonly title: string; readonly text: string }>>;
}
