import type { PageFormat } from './page-negotiator.ts';

/** `looking`: GET and HEAD, which may come again by themselves; `sending`: all others, where something was not saved. */
export type Intent = 'looking' | 'sending';

/** The overload page in all its forms, by `pageKey`; the texts have `HOLES`. Serialisable as JSON. */
export type RenderedPages = Readonly<Record<string, RenderedPage>>;

export interface RenderedPage {
  readonly text: string;
  /** Nothing where nobody knows it, as of a page of the operator. */
  readonly language?: string;
}

export function pageKey(format: PageFormat, intent: Intent, language: string): string {
  return `${format} ${intent} ${language}`;
}
