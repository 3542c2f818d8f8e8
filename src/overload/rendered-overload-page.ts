import type { OverloadPage, PreparedAnswer } from '../core/overload-page.ts';
import type { Random } from '../core/random.ts';
import type { View } from '../core/view.ts';
import { answerFields } from './answer-fields.ts';
import { boundedMemo } from './bounded-memo.ts';
import { ESCAPE_ID } from './escape-id.ts';
import { type PageFormat, PageNegotiator } from './page-negotiator.ts';
import { pageKey, type RenderedPage, type RenderedPages } from './rendered-pages.ts';
import { SplicedText } from './spliced-text.ts';

interface PreparedPage {
  readonly text: SplicedText;
  /** The field lines for a Retry-After in seconds. */
  readonly fields: (retryAfter: string) => Uint8Array;
}

/**
 * Chooses among pages that were rendered beforehand, and fills in what differs from visitor to visitor. Retry-After is
 * `retryAfterMs` and up to twice that, so that those who were shed together do not come back together.
 */
export class RenderedOverloadPage implements OverloadPage {
  readonly #negotiator = new PageNegotiator();
  readonly #random: Random;
  readonly #rendered: RenderedPages;
  /** Each is cut up when it is first needed, and kept: formats and languages are closed sets. */
  readonly #pages = new Map<string, PreparedPage>();

  constructor(rendered: RenderedPages, random: Random) {
    this.#rendered = rendered;
    this.#random = random;
  }

  shed(view: View, id: string, retryAfterMs: number): PreparedAnswer {
    const method = view.meta('REQUEST_METHOD');
    const intent = method === 'GET' || method === 'HEAD' ? 'looking' : 'sending';
    const format = this.#negotiator.format(view);
    const page = this.#page(pageKey(format, intent, this.#negotiator.language(view)), format);
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

  #page(key: string, format: PageFormat): PreparedPage {
    let page = this.#pages.get(key);
    if (page === undefined) {
      const rendered = this.#rendered[key];
      if (rendered === undefined) throw new Error(`no overload page is prepared for ${key}`);
      page = preparePage(rendered, format);
      this.#pages.set(key, page);
    }
    return page;
  }
}

function preparePage({ text, language }: RenderedPage, format: PageFormat): PreparedPage {
  return {
    text: new SplicedText(text, ESCAPE_ID[format]),
    fields: boundedMemo(128, (retryAfter) => answerFields(format, language, retryAfter)),
  };
}
