import type { ErrorStatus } from './error-statuses.ts';

/** Everything that the built-in pages say, in one language. Plain text: it is escaped where it is used. */
export interface PageTexts {
  /** BCP 47 tag. */
  readonly language: string;
  readonly overload: {
    readonly title: string;
    /** What happened, in one or two sentences. */
    readonly what: string;
    /** To somebody who only wanted to look (GET, HEAD). */
    readonly lookedAt: string;
    /** To somebody who sent something: it was not saved, and how to send it again. */
    readonly sent: string;
    /** Before the number of seconds, which is followed by `s`. */
    readonly again: string;
    /** The page loads itself again. */
    readonly byItself: string;
  };
  readonly requestId: string;
  /** After the request's id: what it is good for. */
  readonly quoteIt: string;
  readonly errors: Readonly<Record<ErrorStatus, { readonly title: string; readonly text: string }>>;
}
