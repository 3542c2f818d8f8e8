import { describe, expect, test } from 'vitest';
import { PreparedOverloadPage } from '../../src/overload/overload-page.ts';
import { templateAlone } from '../../src/overload/page-configuration.ts';
import { readPageSource } from '../../src/overload/read-page-source.ts';
import { renderOverloadPages } from '../../src/overload/render-overload-pages.ts';
import { RenderedOverloadPage } from '../../src/overload/rendered-overload-page.ts';
import { viewOf } from '../support/view-of.ts';
import { ACCEPT } from './accept-fields.ts';

describe('overload pages that were rendered beforehand and kept as JSON', () => {
  test.each([
    ['the built-in ones', undefined],
    ['with a contact', { ...templateAlone(undefined), contact: 'ask@example.org' }],
  ])('are those of a process that stays: %s', (_, page) => {
    const application = 'wiki & co';
    const wallClock = () => 1_770_000_000_000;
    const prepared = new PreparedOverloadPage({ application, page, random: () => 0.5, wallClock });
    const source = page && readPageSource(page).source;
    const kept = JSON.parse(JSON.stringify(renderOverloadPages({ application, source })));
    const rendered = new RenderedOverloadPage(kept, () => 0.5, { wallClock });
    for (const HTTP_ACCEPT of [ACCEPT.firefox, ACCEPT.axios, ACCEPT.curl]) {
      for (const HTTP_ACCEPT_LANGUAGE of ['', 'de', 'fr;q=0.5, es', 'xx']) {
        for (const REQUEST_METHOD of ['GET', 'HEAD', 'POST']) {
          const view = viewOf({ HTTP_ACCEPT, HTTP_ACCEPT_LANGUAGE, REQUEST_METHOD });
          expect(rendered.shed(view, 'r<1>', 4000)).toEqual(prepared.shed(view, 'r<1>', 4000));
        }
      }
    }
  });
});
