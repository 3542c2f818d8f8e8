import Negotiator from 'negotiator';
import type { View } from '../core/view.ts';
import { boundedMemo } from './bounded-memo.ts';

/** `short`: a line for tools and feed readers, and for the images and scripts of a page. */
export type PageFormat = 'html' | 'json' | 'text' | 'short';

export const FORMATS: readonly PageFormat[] = ['html', 'json', 'text', 'short'];

/**
 * Plain text comes first, so it wins wherever only a wildcard fits: `curl` (`*` + `/*`), images, scripts, style sheets and feed readers get a short
 * text, and an HTML page goes only to who names HTML, as every browser does for a page.
 */
const TYPES = {
  'text/plain': 'text',
  'text/html': 'html',
  'application/problem+json': 'json',
  'application/json': 'json',
} as const satisfies Record<string, PageFormat>;

/** Browsers send some 150 bytes; whoever sends more than this gets the default, so that a miss stays cheap. */
const LONGEST = 1024;
const REMEMBERED = 256;

/** What a browser wants to show as a page, of what it says in Sec-Fetch-Dest (Fetch Metadata); all else is a part of one. */
const PAGE_DESTINATIONS = ['document', 'iframe', 'frame', 'embed', 'object', 'empty'];

/** Chooses format, language and coding by Accept, Accept-Language and Accept-Encoding (RFC 9110, section 12.5). */
export class PageNegotiator {
  readonly #languages: readonly string[];
  readonly #format = boundedMemo(REMEMBERED, formatOf);
  readonly #language = boundedMemo(REMEMBERED, (field) => this.#languageOf(field));
  readonly #gzip = boundedMemo(REMEMBERED, takesGzip);

  /** The first language is for those who name none of them. */
  constructor(languages: readonly string[]) {
    this.#languages = languages;
  }

  format(view: View): PageFormat {
    const format = this.#format(view.meta('HTTP_ACCEPT') ?? '');
    if (format !== 'html') return format;
    const destination = view.meta('HTTP_SEC_FETCH_DEST');
    return destination === undefined || PAGE_DESTINATIONS.includes(destination) ? 'html' : 'short';
  }

  language(view: View): string {
    return this.#language(view.meta('HTTP_ACCEPT_LANGUAGE') ?? '');
  }

  gzip(view: View): boolean {
    const field = view.meta('HTTP_ACCEPT_ENCODING');
    return field !== undefined && this.#gzip(field);
  }

  #languageOf(acceptLanguage: string): string {
    const first = this.#languages[0] ?? '';
    if (acceptLanguage.length > LONGEST) return first;
    const headers = { 'accept-language': acceptLanguage };
    return new Negotiator({ headers }).language([...this.#languages]) ?? first;
  }
}

function formatOf(accept: string): PageFormat {
  if (accept.length > LONGEST) return 'short';
  const type = new Negotiator({ headers: { accept } }).mediaType(Object.keys(TYPES));
  const format = TYPES[type as keyof typeof TYPES] ?? 'short';
  return format === 'text' && !/text\/(?:plain|\*)/i.test(accept) ? 'short' : format;
}

function takesGzip(field: string): boolean {
  if (field.length > LONGEST) return false;
  return new Negotiator({ headers: { 'accept-encoding': field } }).encoding(['gzip', 'identity']) === 'gzip';
}
