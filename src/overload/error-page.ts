import type { ErrorPage, PreparedAnswer } from '../core/overload-page.ts';
import type { View } from '../core/view.ts';
import { reasonPhrase } from '../protocol/http1/reason-phrase.ts';
import { answerFields, ownPagePolicy } from './answer-fields.ts';
import { type ErrorStatus, isErrorStatus } from './error-statuses.ts';
import { shownId } from './escape-text.ts';
import { HOLES } from './holes.ts';
import { directionOf, LANGUAGES, TEXTS } from './languages.ts';
import { type PageFormat, PageNegotiator } from './page-negotiator.ts';
import { problemJson } from './problem-json.ts';
import { renderPage } from './render-page.ts';
import { SplicedText } from './spliced-text.ts';

/** Error pages in the look of the overload page. Each is prepared when it is first needed, and kept. */
export class PreparedErrorPage implements ErrorPage {
  readonly #negotiator = new PageNegotiator(LANGUAGES);
  readonly #application: string | undefined;
  /** Bounded: statuses, formats and languages are closed sets. */
  readonly #pages = new Map<string, { readonly text: SplicedText; readonly fields: Uint8Array }>();

  constructor(options: { readonly application?: string | undefined } = {}) {
    this.#application = options.application;
  }

  /** A status without a page of its own is answered as 400 or 500, whose class it has (RFC 9110, section 15). */
  error(view: View | undefined, id: string, status: number): PreparedAnswer {
    const known = isErrorStatus(status) ? status : status >= 400 && status < 500 ? 400 : 500;
    // Who sends what cannot be read gets the plainest answer.
    const asked = view === undefined ? 'text' : this.#negotiator.format(view);
    const format = asked === 'short' ? 'text' : asked;
    const language = view === undefined ? TEXTS[0].language : this.#negotiator.language(view);
    const key = `${known} ${format} ${language}`;
    let page = this.#pages.get(key);
    if (page === undefined) {
      const text = renderError(this.#application, format, language, known);
      const policy = format === 'html' ? ownPagePolicy() : undefined;
      page = { text: new SplicedText(text), fields: answerFields({ format, language, policy }) };
      this.#pages.set(key, page);
    }
    const body = page.text.fill({ requestId: shownId(id, format) });
    return {
      head: { status: known, reason: '', fields: page.fields, contentLength: body.length, hasDate: false },
      body,
    };
  }
}

function renderError(
  application: string | undefined,
  format: PageFormat,
  language: string,
  status: ErrorStatus,
): string {
  const texts = TEXTS.find((one) => one.language === language) ?? TEXTS[0];
  const { title, text } = texts.errors[status];
  if (format === 'json') return problemJson({ title: reasonPhrase(status), status, detail: text });
  return renderPage(format === 'html' ? 'error.html' : 'error.txt', {
    ...texts,
    direction: directionOf(texts.language),
    application,
    title,
    text,
    status,
    request_id: HOLES.requestId,
  });
}
