import { describe, expect, test } from 'vitest';
import { TEXTS } from '../../src/overload/languages.ts';
import { PreparedOverloadPage } from '../../src/overload/overload-page.ts';
import { templateAlone } from '../../src/overload/page-configuration.ts';
import { BUILT_IN_PAGE } from '../../src/overload/page-source.ts';
import { readPageSource } from '../../src/overload/read-page-source.ts';
import { renderOverloadPages } from '../../src/overload/render-overload-pages.ts';
import { RenderedOverloadPage } from '../../src/overload/rendered-overload-page.ts';
import { shelfOf } from '../../src/overload/rendered-pages.ts';
import { viewOf } from '../support/view-of.ts';
import { ACCEPT } from './accept-fields.ts';
import { textOf } from './answer-text.ts';

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
    const rendered = new RenderedOverloadPage(shelfOf(kept), () => 0.5, { wallClock });
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

test.each(['bn', 'ar', 'es', 'en'])('how many wait is said in the digits of the language: %s', (language) => {
  const [english] = TEXTS;
  if (english === undefined) throw new Error('no texts');
  const source = { ...BUILT_IN_PAGE, languages: [{ ...english, language }] };
  const page = new RenderedOverloadPage(shelfOf(renderOverloadPages({ application: 'a', source })), () => 0);
  const view = viewOf({ HTTP_ACCEPT: 'text/html', HTTP_ACCEPT_LANGUAGE: language, REQUEST_METHOD: 'GET' });
  for (const waiting of [1, 37, 905, 1234, 1_000_000]) {
    const answer = page.shed(view, 'r1', 1000, { reason: '', waiting });
    expect(textOf(answer)).toContain(`Waiting right now: ${waiting.toLocaleString(language)}.`);
  }
});
