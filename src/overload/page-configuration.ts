import type { PageLink } from './page-source.ts';

/** What an operator says of the overload page of one application. Paths are absolute. */
export interface PageConfiguration {
  /** An HTML template; nothing: the built-in one. */
  readonly template: string | undefined;
  /** A folder of parts, `NAME.html`. */
  readonly partials: string | undefined;
  /** A folder of languages, `TAG.yaml`. */
  readonly languages: string | undefined;
  readonly contact: string | undefined;
  readonly links: readonly PageLink[];
  readonly status: number;
  /** By the reason of a decision. */
  readonly reasons: Readonly<Record<string, PageException>>;
  /** By a path below that of the application, without a trailing slash. */
  readonly routes: Readonly<Record<string, PageException>>;
}

export interface PageException {
  readonly template: string | undefined;
  readonly status: number | undefined;
}

/** A template with nothing else said. */
export function templateAlone(template: string | undefined): PageConfiguration {
  return {
    template,
    partials: undefined,
    languages: undefined,
    contact: undefined,
    links: [],
    status: 503,
    reasons: {},
    routes: {},
  };
}
