import { describe, expect, test } from 'vitest';
import { PreparedOverloadPage } from '../../src/overload/overload-page.ts';
import { renderOverloadPages } from '../../src/overload/render-overload-pages.ts';
import { RenderedOverloadPage } from '../../src/overload/rendered-overload-page.ts';
import { viewOf } from '../support/view-of.ts';
import { ACCEPT } from './accept-fields.ts';

describe('overload pages that were rendered beforehand and kept as JSON', () => {
  test.each([
    ['the built-in ones', undefined],
    ["the operator's own", '<p>{{application}} {{request_id}} {{retry_after}}</p>'],
  ])('are those of a process that stays: %s', (_, ownPage) => {
    const options = { application: 'wiki & co', ownPage };
    const prepared = new PreparedOverloadPage({ ...options, random: () => 0.5 });
    const kept = JSON.parse(JSON.stringify(renderOverloadPages(options)));
    const rendered = new RenderedOverloadPage(kept, () => 0.5);
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
