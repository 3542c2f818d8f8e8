import type { PageFormat } from './page-negotiator.ts';
import type { ReasonTexts } from './page-texts.ts';

/** `looking`: GET and HEAD, which may come again by themselves; `sending`: all others, where something was not saved. */
export type Intent = 'looking' | 'sending';

/** The overload page in all its forms. Serialisable as JSON. */
export interface RenderedPages {
  /** The first one is for those who name none of them. Never empty. */
  readonly languages: readonly string[];
  /** By `pageKey`; the texts have holes. */
  readonly pages: Readonly<Record<string, RenderedPage>>;
  /** What goes where pages have `SHARED_HOLES`. */
  readonly shared: readonly string[];
  /** By language. */
  readonly words: Readonly<Record<string, RenderedWords>>;
  readonly rules: PageRules;
}

/** The same, each part to be asked for: who keeps them elsewhere reads only what it needs. */
export interface PageShelf extends Pick<RenderedPages, 'languages' | 'shared' | 'rules'> {
  /** `key`: see `pageKey`. */
  page(key: string): RenderedPage | undefined;
  words(language: string): RenderedWords | undefined;
}

export function shelfOf({ languages, shared, rules, pages, words }: RenderedPages): PageShelf {
  return { languages, shared, rules, page: (key) => pages[key], words: (language) => words[language] };
}

export interface RenderedPage {
  readonly text: string;
  /** Nothing where nobody knows it, as of a page that the operator wrote in one language. */
  readonly language?: string;
  /** Content-Security-Policy; nothing on a page of the operator. */
  readonly policy?: string;
}

export interface RenderedWords {
  readonly title: string;
  /** By reason, and by cause where there is nothing for the reason. */
  readonly reasons: Readonly<Record<string, ReasonTexts>>;
  /** A sentence with `{waiting}`. */
  readonly queue: string;
  /** See `durationWords`. */
  readonly durations: string;
  /** From 0 to 9. */
  readonly digits: readonly string[];
}

/** Which template and which status a visitor gets: that of the reason, then that of the path, then that of the application. */
export interface PageRules extends PageRule {
  readonly status: number;
  readonly reasons: Readonly<Record<string, PageRule>>;
  /** Longest prefix first. */
  readonly routes: readonly PathRule[];
}

export interface PageRule {
  /** Which of the HTML templates; 0 is that of the application. */
  readonly template?: number;
  readonly status?: number;
}

export interface PathRule extends PageRule {
  /** Below the application's own path, without a trailing slash. */
  readonly at: string;
}

export function pageKey(template: number, format: PageFormat, intent: Intent, language: string): string {
  return `${template} ${format} ${intent} ${language}`;
}
