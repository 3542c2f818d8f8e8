import type { PageLanguage } from './page-texts.ts';
import type { PageRules } from './rendered-pages.ts';

/** What an operator has written of the overload page, read and checked, so that rendering it cannot fail. */
export interface PageSource {
  /** HTML templates, by the number that `rules` give them; nothing: the built-in one. */
  readonly templates: readonly (string | undefined)[];
  /** By name; they come before the built-in ones. */
  readonly partials: Readonly<Record<string, string>>;
  /** New ones, and what takes the place of ours. */
  readonly languages: readonly PageLanguage[];
  readonly contact: string | undefined;
  readonly links: readonly PageLink[];
  readonly rules: PageRules;
}

export interface PageLink {
  readonly text: string;
  readonly url: string;
}

export const BUILT_IN_PAGE: PageSource = {
  templates: [undefined],
  partials: {},
  languages: [],
  contact: undefined,
  links: [],
  rules: { status: 503, reasons: {}, routes: [] },
};
