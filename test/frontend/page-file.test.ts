import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OverloadPage } from '../../src/core/overload-page.ts';
import { encodePageFile } from '../../src/frontend/encode-page-file.ts';
import { PageFile } from '../../src/frontend/page-file.ts';
import { LANGUAGES } from '../../src/overload/languages.ts';
import { PreparedOverloadPage } from '../../src/overload/overload-page.ts';
import { type PageConfiguration, templateAlone } from '../../src/overload/page-configuration.ts';
import { readPageSource } from '../../src/overload/read-page-source.ts';
import { renderOverloadPages } from '../../src/overload/render-overload-pages.ts';
import { RenderedOverloadPage } from '../../src/overload/rendered-overload-page.ts';
import { ACCEPT } from '../overload/accept-fields.ts';
import { fieldsOf } from '../overload/answer-text.ts';
import { viewOf } from '../support/view-of.ts';

const application = 'wiki & co';
const wallClock = () => 1_770_000_000_000;
const random = () => 0.5;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillway-page-file-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function both(page: PageConfiguration | undefined) {
  const prepared = new PreparedOverloadPage({ application, page, random, wallClock });
  const source = page && readPageSource(page).source;
  const file = new PageFile(Buffer.from(encodePageFile(renderOverloadPages({ application, source }))));
  const kept = new RenderedOverloadPage(file, random, {
    wallClock,
    compress: (text, made) => file.compress(text, made),
  });
  return { prepared, kept };
}

/** Head and content as a visitor's program understands them: how small a page was made is no part of it. */
function understood(page: OverloadPage, ...asked: Parameters<OverloadPage['shed']>) {
  const { head, body } = page.shed(...asked);
  expect(head.contentLength).toBe(body.length);
  const fields = fieldsOf(head);
  const content = fields['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
  return { status: head.status, fields, text: new TextDecoder('utf-8', { fatal: true }).decode(content) };
}

const long = '<p>of the operator</p>\n'.repeat(100);
const configured: readonly (readonly [string, () => PageConfiguration | undefined])[] = [
  ['the built-in ones', () => undefined],
  [
    'with a contact, and links',
    () => ({
      ...templateAlone(undefined),
      contact: 'ask@example.org',
      links: [{ text: 'State', url: '/s' }],
    }),
  ],
  [
    'of the operator, whatever is in them',
    () => {
      writeFileSync(join(folder, 'short.html'), '{{queue}}{{request_id}}');
      const holes = '{{retry_in}}{{retry_at}}{{waiting}}{{title}}{{reason}}{{status}}{{retry_time}}';
      writeFileSync(join(folder, 'long.html'), `${holes}${long}{{> style}}{{> style}}é{{retry_after}}`);
      mkdirSync(join(folder, 'parts'));
      return {
        ...templateAlone(join(folder, 'long.html')),
        partials: join(folder, 'parts'),
        status: 429,
        reasons: { queue_full: { template: join(folder, 'short.html'), status: 503 } },
      };
    },
  ],
];

describe('the prepared pages of a one-shot frontend', () => {
  test.each(configured)('are those of a gateway: %s', (_, configure) => {
    const { prepared, kept } = both(configure());
    const seen = new Set<string>();
    for (const HTTP_ACCEPT of [ACCEPT.firefox, ACCEPT.problem, ACCEPT.curl, 'text/plain'])
      for (const HTTP_ACCEPT_LANGUAGE of [...LANGUAGES, 'xx'])
        for (const HTTP_ACCEPT_ENCODING of ['', 'gzip', 'br, gzip;q=0.5', 'gzip;q=0'])
          for (const REQUEST_METHOD of ['GET', 'POST'])
            for (const circumstances of [
              { reason: 'queue_full', waiting: 37 },
              { reason: 'drowning', waiting: 0 },
              { reason: 'starting', waiting: 1234 },
            ]) {
              const variables = { HTTP_ACCEPT, HTTP_ACCEPT_LANGUAGE, HTTP_ACCEPT_ENCODING, REQUEST_METHOD };
              const asked = [viewOf(variables), 'r<1>', 4000, circumstances] as const;
              const answer = understood(kept, ...asked);
              expect(answer).toEqual(understood(prepared, ...asked));
              seen.add(answer.fields['content-encoding'] ?? 'none');
            }
    expect([...seen].sort()).toEqual(['gzip', 'none']);
  });

  test('count who waits only for a page that says so', () => {
    const { kept } = both(undefined);
    let counted = 0;
    const circumstances = {
      reason: 'drowning',
      get waiting() {
        counted += 1;
        return 12;
      },
    };
    const shed = (HTTP_ACCEPT: string) =>
      understood(kept, viewOf({ HTTP_ACCEPT, REQUEST_METHOD: 'GET' }), 'r1', 1000, circumstances);
    expect(shed(ACCEPT.curl).text).not.toContain('12');
    expect(counted).toBe(0);
    expect(shed(ACCEPT.firefox).text).toContain('Waiting right now: 12.');
    expect(counted).toBe(1);
  });
});
