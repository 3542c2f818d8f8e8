import Mustache from 'mustache';
import { reasonPhrase } from '../protocol/http1/reason-phrase.ts';
import { TEXTS } from './languages.ts';
import type { PageFormat } from './page-negotiator.ts';
import type { PageTexts } from './page-texts.ts';
import { problemJson } from './problem-json.ts';
import { renderPage } from './render-page.ts';
import { type Intent, pageKey, type RenderedPages } from './rendered-pages.ts';
import { HOLES } from './spliced-text.ts';

export interface RenderOptions {
  /** Shown to visitors. */
  readonly application: string;
  /** The operator's own page, as `readOwnPage` gives it. It takes the place of the HTML page; JSON and plain text stay. */
  readonly ownPage?: string | undefined;
}

/** Renders the overload page in every format and language, for those who look and for those who send. */
export function renderOverloadPages(options: RenderOptions): RenderedPages {
  const pages: Record<string, { text: string; language?: string }> = {};
  for (const texts of TEXTS) {
    for (const intent of ['looking', 'sending'] as const) {
      for (const format of ['html', 'json', 'text'] as const) {
        const own = format === 'html' && options.ownPage !== undefined;
        pages[pageKey(format, intent, texts.language)] = {
          text: renderOverload(options, texts, format, intent),
          ...(!own && { language: texts.language }),
        };
      }
    }
  }
  return pages;
}

function renderOverload(
  { application, ownPage }: RenderOptions,
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
