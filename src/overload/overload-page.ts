import Mustache from 'mustache';
import type { OverloadPage, PreparedAnswer } from '../core/overload-page.ts';
import type { Random } from '../core/random.ts';
import type { View } from '../core/view.ts';
import { reasonPhrase } from '../protocol/http1/reason-phrase.ts';
import { answerFields } from './answer-fields.ts';
import { boundedMemo } from './bounded-memo.ts';
import { ESCAPE_ID } from './escape-id.ts';
import { TEXTS } from './languages.ts';
import { type PageFormat, PageNegotiator } from './page-negotiator.ts';
import type { PageTexts } from './page-texts.ts';
import { problemJson } from './problem-json.ts';
import { renderPage } from './render-page.ts';
import { HOLES, SplicedText } from './spliced-text.ts';

export interface OverloadPageOptions {
  /** Shown to visitors. */
  readonly application: string;
  /** The operator's own page, as `readOwnPage` gives it. It takes the place of the HTML page; JSON and plain text stay. */
  readonly ownPage?: string | undefined;
  /** Spreads Retry-After, so that those who were shed together do not come back together. */
  readonly random: Random;
}

/** `looking`: GET and HEAD, which may come again by themselves; `sending`: all others, where something was not saved. */
type Intent = 'looking' | 'sending';

interface PreparedPage {
  readonly text: SplicedText;
  /** The field lines for a Retry-After in seconds. */
  readonly fields: (retryAfter: string) => Uint8Array;
}

/** Rendered whole at the start; a visitor costs two look-ups and a copy. Retry-After is `retryAfterMs` and up to twice that. */
export class PreparedOverloadPage implements OverloadPage {
  readonly #negotiator = new PageNegotiator();
  readonly #random: Random;
  readonly #pages = new Map<string, PreparedPage>();

  constructor(options: OverloadPageOptions) {
    this.#random = options.random;
    for (const texts of TEXTS) {
      for (const intent of ['looking', 'sending'] as const) {
        for (const format of ['html', 'json', 'text'] as const) {
          this.#pages.set(
            pageKey(format, intent, texts.language),
            preparePage(options, texts, format, intent),
          );
        }
      }
    }
  }

  shed(view: View, id: string, retryAfterMs: number): PreparedAnswer {
    const method = view.meta('REQUEST_METHOD');
    const intent = method === 'GET' || method === 'HEAD' ? 'looking' : 'sending';
    const key = pageKey(this.#negotiator.format(view), intent, this.#negotiator.language(view));
    const page = this.#pages.get(key);
    if (page === undefined) throw new Error(`no overload page is prepared for ${key}`);
    const seconds = Math.max(1, Math.ceil((retryAfterMs * (1 + this.#random())) / 1000));
    const retryAfter = String(seconds);
    const body = page.text.fill(id, retryAfter);
    return {
      head: {
        status: 503,
        reason: '',
        fields: page.fields(retryAfter),
        contentLength: body.length,
        hasDate: false,
      },
      body,
    };
  }
}

function pageKey(format: PageFormat, intent: Intent, language: string): string {
  return `${format} ${intent} ${language}`;
}

function preparePage(
  options: OverloadPageOptions,
  texts: PageTexts,
  format: PageFormat,
  intent: Intent,
): PreparedPage {
  const own = format === 'html' && options.ownPage !== undefined;
  const language = own ? undefined : texts.language;
  return {
    text: new SplicedText(renderOverload(options, texts, format, intent), ESCAPE_ID[format]),
    fields: boundedMemo(128, (retryAfter) => answerFields(format, language, retryAfter)),
  };
}

function renderOverload(
  { application, ownPage }: OverloadPageOptions,
  texts: PageTexts,
  format: PageFormat,
  intent: Intent,
): string {
  const { lookedAt, sent, ...said } = texts.overload;
  const advice = intent === 'looking' ? lookedAt : sent;
  if (format === 'json') {
    const detail = `${said.what} ${advice}`;
    return problemJson({ title: reasonPhrase(503), status: 503, detail, retryAfter: true });
  }
  const variables = { application, request_id: HOLES.requestId, retry_after: HOLES.retryAfter };
  if (format === 'html' && ownPage !== undefined) return Mustache.render(ownPage, variables);
  return renderPage(format === 'html' ? 'overload.html' : 'overload.txt', {
    ...texts,
    ...said,
    ...variables,
    advice,
    looking: intent === 'looking',
  });
}
