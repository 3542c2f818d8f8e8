import Negotiator from 'negotiator';
import type { View } from '../core/view.ts';
import { boundedMemo } from './bounded-memo.ts';
import { LANGUAGES } from './languages.ts';

export type PageFormat = 'html' | 'json' | 'text';

/**
 * Plain text comes first, so it wins wherever only a wildcard fits: `curl` (`*` + `/*`), images, scripts and style sheets get
 * a short text, and an HTML page goes only to who names HTML, as every browser does for a page.
 */
const FORMATS = {
  'text/plain': 'text',
  'text/html': 'html',
  'application/problem+json': 'json',
  'application/json': 'json',
} as const satisfies Record<string, PageFormat>;

/** Browsers send some 150 bytes; whoever sends more than this gets the default, so that a miss stays cheap. */
const LONGEST = 1024;
const REMEMBERED = 256;

/** Chooses format and language by Accept and Accept-Language (RFC 9110, sections 12.5.1 and 12.5.4). */
export class PageNegotiator {
  readonly #format = boundedMemo(REMEMBERED, formatOf);
  readonly #language = boundedMemo(REMEMBERED, languageOf);

  format(view: View): PageFormat {
    return this.#format(view.meta('HTTP_ACCEPT') ?? '');
  }

  language(view: View): string {
    return this.#language(view.meta('HTTP_ACCEPT_LANGUAGE') ?? '');
  }
}

function formatOf(accept: string): PageFormat {
  if (accept.length > LONGEST) return 'text';
  const type = new Negotiator({ headers: { accept } }).mediaType(Object.keys(FORMATS));
  return FORMATS[type as keyof typeof FORMATS] ?? 'text';
}

function languageOf(acceptLanguage: string): string {
  if (acceptLanguage.length > LONGEST) return LANGUAGES[0];
  const headers = { 'accept-language': acceptLanguage };
  return new Negotiator({ headers }).language(LANGUAGES) ?? LANGUAGES[0];
}
