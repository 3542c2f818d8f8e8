import type { Fault } from '../core/fault.ts';
import type { OverloadPage, PreparedAnswer, ShedCircumstances } from '../core/overload-page.ts';
import type { Random } from '../core/random.ts';
import type { View } from '../core/view.ts';
import { CompressedText } from './compressed-text.ts';
import type { PageConfiguration } from './page-configuration.ts';
import { BUILT_IN_PAGE, type PageSource } from './page-source.ts';
import { readPageSource } from './read-page-source.ts';
import { renderOverloadPages } from './render-overload-pages.ts';
import { RenderedOverloadPage, type RenderedPageOptions } from './rendered-overload-page.ts';
import { shelfOf } from './rendered-pages.ts';
import { stateOf } from './state-of.ts';

export interface OverloadPageOptions extends Pick<RenderedPageOptions, 'wallClock' | 'at'> {
  /** Shown to visitors. */
  readonly application: string;
  /** What the operator has written; nothing: the built-in page. */
  readonly page?: PageConfiguration | undefined;
  /** Spreads Retry-After. */
  readonly random: Random;
  /** Tells that the operator's page cannot be used: the last good one stays, and the built-in one where there was none. */
  readonly onFault?: (fault: Fault) => void;
}

/**
 * The overload page of a process that stays: rendered whole at the start and when a file of the operator has changed; a visitor costs a few
 * look-ups and a copy.
 */
export class PreparedOverloadPage implements OverloadPage {
  readonly #options: OverloadPageOptions;
  #page: RenderedOverloadPage;
  #seen = '';
  #files: readonly string[] = [];

  constructor(options: OverloadPageOptions) {
    this.#options = options;
    this.#page = this.#rendered(this.#read() ?? BUILT_IN_PAGE);
  }

  shed(view: View, id: string, retryAfterMs: number, circumstances?: ShedCircumstances): PreparedAnswer {
    return this.#page.shed(view, id, retryAfterMs, circumstances);
  }

  refresh(): void {
    if (this.#options.page === undefined || stateOf(this.#files) === this.#seen) return;
    const source = this.#read();
    if (source !== undefined) this.#page = this.#rendered(source);
  }

  #read(): PageSource | undefined {
    const { page, onFault } = this.#options;
    if (page === undefined) return undefined;
    const { source, faults, files } = readPageSource(page);
    this.#files = files;
    this.#seen = stateOf(files);
    if (faults.length === 0) return source;
    for (const fault of faults) onFault?.(fault);
    return undefined;
  }

  #rendered(source: PageSource): RenderedOverloadPage {
    const { application, random, wallClock, at } = this.#options;
    return new RenderedOverloadPage(shelfOf(renderOverloadPages({ application, source })), random, {
      compress: (text) => new CompressedText(text),
      ...(wallClock !== undefined && { wallClock }),
      ...(at !== undefined && { at }),
    });
  }
}
