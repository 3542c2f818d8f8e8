import type { Random } from '../core/random.ts';
import { type RenderOptions, renderOverloadPages } from './render-overload-pages.ts';
import { RenderedOverloadPage } from './rendered-overload-page.ts';

export interface OverloadPageOptions extends RenderOptions {
  /** Spreads Retry-After. */
  readonly random: Random;
}

/** The overload page of a process that stays: rendered whole at the start; a visitor costs two look-ups and a copy. */
export class PreparedOverloadPage extends RenderedOverloadPage {
  constructor({ random, ...options }: OverloadPageOptions) {
    super(renderOverloadPages(options), random);
  }
}
