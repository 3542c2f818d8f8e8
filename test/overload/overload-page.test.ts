import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LANGUAGES, TEXTS } from '../../src/overload/languages.ts';
import { PreparedOverloadPage } from '../../src/overload/overload-page.ts';
import { type PageConfiguration, templateAlone } from '../../src/overload/page-configuration.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { viewOf } from '../support/view-of.ts';
import { ACCEPT } from './accept-fields.ts';
import { fieldsOf, textOf } from './answer-text.ts';

const page = (random = () => 0) => new PreparedOverloadPage({ application: 'wiki', random });
const get = (variables: Record<string, string> = {}) => viewOf({ REQUEST_METHOD: 'GET', ...variables });
const browser = { HTTP_ACCEPT: ACCEPT.firefox };

describe('the overload page', () => {
  test('is a 503 that no cache keeps and that says when to come back', () => {
    const { head, body } = page().shed(get(), 'r1', 4000);
    expect(head).toMatchObject({ status: 503, contentLength: body.length, hasDate: false });
    expect(fieldsOf(head)).toMatchObject({ 'cache-control': 'no-store', 'retry-after': '4' });
  });

  test.each([
    ['html', ACCEPT.firefox, 'text/html; charset=utf-8'],
    ['json', ACCEPT.axios, 'application/problem+json'],
    ['text', ACCEPT.curl, 'text/plain; charset=utf-8'],
  ])('comes as %s to who asks for it', (_, accept, type) => {
    const { head } = page().shed(get({ HTTP_ACCEPT: accept }), 'r1', 4000);
    expect(fieldsOf(head)['content-type']).toBe(type);
  });

  test.each(LANGUAGES)('speaks %s, and says so in the head and in the page', (language) => {
    const answer = page().shed(get({ ...browser, HTTP_ACCEPT_LANGUAGE: language }), 'r1', 4000);
    const title = TEXTS.find((texts) => texts.language === language)?.overload.title;
    expect(fieldsOf(answer.head)['content-language']).toBe(language);
    expect(textOf(answer)).toContain(`<html lang="${language}" dir="${language === 'ar' ? 'rtl' : 'ltr'}">`);
    expect(textOf(answer)).toContain(`<h1>${title}</h1>`);
  });

  test.each([
    ['html', ACCEPT.firefox],
    ['json', ACCEPT.axios],
    ['text', ACCEPT.curl],
  ])('names the request and the seconds (%s)', (_, accept) => {
    const text = textOf(page().shed(get({ HTTP_ACCEPT: accept }), 'request-17', 123_000));
    expect(text).toContain('request-17');
    expect(text).toContain('123');
  });

  test('as JSON is a problem document (RFC 9457) with the seconds as a number', () => {
    const problem = JSON.parse(textOf(page().shed(get({ HTTP_ACCEPT: ACCEPT.problem }), 'r1', 2500)));
    expect(problem).toMatchObject({
      type: 'about:blank',
      title: 'Service Unavailable',
      status: 503,
      request_id: 'r1',
      retry_after: 3,
    });
  });

  test('loads itself again for those who only look', () => {
    for (const method of ['GET', 'HEAD']) {
      const text = textOf(page().shed(viewOf({ REQUEST_METHOD: method, ...browser }), 'r1', 4000));
      expect(text).toContain('<meta http-equiv="refresh" content="4">');
    }
  });

  test.each(['POST', 'PUT', 'DELETE', 'PROPFIND'])(
    'says that a %s was not saved and stays where it is',
    (method) => {
      const text = textOf(page().shed(viewOf({ REQUEST_METHOD: method, ...browser }), 'r1', 4000));
      expect(text).not.toContain('http-equiv="refresh"');
      expect(text).toContain('was not saved');
      expect(text).toContain('Back button');
    },
  );

  test('needs nothing from anywhere, and works on a narrow screen', () => {
    const answer = page().shed(get(browser), 'r1', 4000);
    expect(textOf(answer)).not.toMatch(/https?:|\bsrc=|<link|url\(|@import|fetch\(|XMLHttp/i);
    expect(textOf(answer)).toContain('name="viewport"');
    expect(fieldsOf(answer.head)['content-security-policy']).toContain("default-src 'none'");
  });

  test('escapes the name of the application and an unusual request id', () => {
    const hostile = new PreparedOverloadPage({ application: '<b>&"', random: () => 0 });
    const html = textOf(hostile.shed(get(browser), '"><script>', 1000));
    expect(html).not.toMatch(/<b>|"><script/);
    expect(html).toContain('&lt;b&gt;&amp;');
    const problem = JSON.parse(textOf(hostile.shed(get({ HTTP_ACCEPT: ACCEPT.problem }), '"},{"', 1000)));
    expect(problem.request_id).toBe('"},{"');
  });

  test('leaves no hole open', () => {
    for (const accept of [ACCEPT.firefox, ACCEPT.axios, ACCEPT.curl]) {
      expect(textOf(page().shed(get({ HTTP_ACCEPT: accept }), 'r1', 1000))).not.toMatch(
        /[\uFDD0-\uFDEF]|\{\{|undefined/,
      );
    }
  });
});

describe('Retry-After', () => {
  const retryAfter = (random: () => number, retryAfterMs: number) =>
    Number(fieldsOf(page(random).shed(get(), 'r1', retryAfterMs).head)['retry-after']);

  test.each([
    [0, 0, 1],
    [1, 0, 1],
    [1000, 0, 1],
    [1001, 0, 2],
    [10_000, 0.5, 15],
    [10_000, 0.999, 20],
  ])('of %d ms with chance %d is %d s', (retryAfterMs, chance, seconds) => {
    expect(retryAfter(() => chance, retryAfterMs)).toBe(seconds);
  });

  test('is spread evenly between once and twice the time asked for', () => {
    const random = seededRandom(1);
    const prepared = page(random);
    const seen = new Map<string, number>();
    for (let count = 0; count < 1000; count++) {
      const seconds = fieldsOf(prepared.shed(get(), 'r1', 10_000).head)['retry-after'] ?? '';
      seen.set(seconds, (seen.get(seconds) ?? 0) + 1);
    }
    expect([...seen.keys()].map(Number).sort((a, b) => a - b)).toEqual([
      11, 12, 13, 14, 15, 16, 17, 18, 19, 20,
    ]);
    for (const times of seen.values()) expect(times).toBeGreaterThan(50);
  });
});

describe('what happened', () => {
  const html = (reason: string, waiting = 0, variables = {}) =>
    textOf(page().shed(get({ ...browser, ...variables }), 'r1', 4000, { reason, waiting }));

  test.each([
    ['drowning', 'More people are visiting'],
    ['a_reason_of_somebody', 'More people are visiting'],
    ['queue_full', 'Many people are waiting'],
    ['queue_congested', 'Many people are waiting'],
    ['queue_timeout', 'your turn did not come in time'],
    ['start_timeout', 'is just starting'],
    ['unreachable', 'is just starting'],
    ['draining', 'Back in a moment'],
    ['over_fair_share', 'That was a little fast'],
  ])('for the reason %s is said in human words', (reason, words) => {
    expect(html(reason)).toContain(words);
  });

  test('is said in every language and format', () => {
    for (const { language, overload } of TEXTS) {
      for (const accept of [ACCEPT.firefox, ACCEPT.problem, 'text/plain']) {
        const view = get({ HTTP_ACCEPT: accept, HTTP_ACCEPT_LANGUAGE: language });
        const text = textOf(page().shed(view, 'r1', 4000, { reason: 'queue_full' }));
        expect(text).toContain(overload.reasons.full.text.replaceAll("'", '&#39;'));
      }
    }
  });

  test('has how many wait, by the language, where somebody does', () => {
    expect(html('queue_full', 1234)).toContain('Waiting right now: 1,234.');
    expect(html('queue_full', 1234, { HTTP_ACCEPT_LANGUAGE: 'de' })).toContain('warten: 1.234.');
    expect(html('queue_full', 0)).toContain('<p class="queue"></p>');
  });
});

describe('times', () => {
  const at = (accept: string, language: string, ms: number) => {
    const wallClock = () => Date.UTC(2026, 2, 1, 12, 0, 0);
    const prepared = new PreparedOverloadPage({ application: 'wiki', random: () => 0, wallClock });
    return textOf(prepared.shed(get({ HTTP_ACCEPT: accept, HTTP_ACCEPT_LANGUAGE: language }), 'r1', ms));
  };

  test.each([
    ['en', 1000, '1 second.'],
    ['en', 12_000, '12 seconds.'],
    ['en', 120_000, '120 seconds.'],
    ['en', 121_000, '3 minutes.'],
    ['en', 3_600_000, '60 minutes.'],
    ['en', 7_200_000, '2 hours.'],
    ['de', 12_000, '12 Sekunden'],
    ['ja', 12_000, '12 秒後'],
    ['ar', 3_000, '3 ثوان'],
  ])('are in words of %s: %d ms', (language, ms, words) => {
    expect(at('text/plain', language, ms)).toContain(words);
  });

  test('are by the clock, too', () => {
    expect(at('text/plain', 'en', 12_000)).toMatch(/12:00:12\sPM UTC/);
    expect(at('text/plain', 'de', 12_000)).toContain('12:00:12 UTC');
    expect(JSON.parse(at(ACCEPT.problem, 'en', 12_000))).toMatchObject({
      retry_after: 12,
      retry_at: '2026-03-01T12:00:12Z',
    });
  });
});

describe('compressed in advance', () => {
  const gzip = { ...browser, HTTP_ACCEPT_ENCODING: 'gzip, deflate, br' };

  test('the page is what it is without compression, for every visitor', () => {
    const prepared = page();
    for (const id of ['r1', '4f1c09aa23be-7k', '<&>']) {
      const packed = prepared.shed(get(gzip), id, 4000, { reason: '', waiting: 3 });
      const plain = prepared.shed(get(browser), id, 4000, { reason: '', waiting: 3 });
      expect(fieldsOf(packed.head)['content-encoding']).toBe('gzip');
      expect(packed.head.contentLength).toBe(packed.body.length);
      expect(gunzipSync(packed.body).toString()).toBe(textOf(plain));
      expect(packed.body.length).toBeLessThan(plain.body.length / 2);
    }
  });

  test('is not what fits in one packet as it is', () => {
    const { head } = page().shed(get({ ...gzip, HTTP_ACCEPT: ACCEPT.curl }), 'r1', 4000);
    expect(fieldsOf(head)).not.toHaveProperty('content-encoding');
  });
});

test('caches that keep it all the same know what it depends on, and search engines leave it out', () => {
  expect(fieldsOf(page().shed(get(), 'r1', 4000).head)).toMatchObject({
    vary: 'Accept, Accept-Language, Accept-Encoding',
    'x-robots-tag': 'noindex, nofollow',
  });
});

test('curl and feed readers get one line', () => {
  const text = textOf(page().shed(get({ HTTP_ACCEPT: ACCEPT.curl }), 'r1', 4000));
  expect(text).toBe('wiki (503): One moment, please. Please come back in 4 seconds. (4 s) [r1]\n');
});

test('a browser runs the script of the page and no other', () => {
  const answer = page().shed(get(browser), 'r1', 4000);
  const script = /<script>([\s\S]*)<\/script>/.exec(textOf(answer))?.[1] ?? '';
  const hash = createHash('sha256').update(script).digest('base64');
  expect(fieldsOf(answer.head)['content-security-policy']).toContain(`script-src 'sha256-${hash}'`);
});

describe('the operator’s own page', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'spillway-page-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function file(name: string, text: string): string {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  }
  const faults: string[] = [];
  const own = (configuration: Partial<PageConfiguration>) =>
    new PreparedOverloadPage({
      application: 'wiki',
      page: { ...templateAlone(undefined), ...configuration },
      random: () => 0,
      onFault: ({ code }) => faults.push(code),
      at: '/w',
    });
  const html = (prepared: PreparedOverloadPage, variables = {}, reason = '') =>
    prepared.shed(get({ ...browser, ...variables }), 'r1', 4000, { reason });

  test('takes the place of the HTML page, and of no other', () => {
    const prepared = own({
      template: file('p.html', '<p>{{application}} {{request_id}} {{retry_after}} {{retry_in}}</p>'),
    });
    expect(textOf(html(prepared))).toBe('<p>wiki r1 4 4 seconds</p>');
    expect(textOf(html(prepared, { HTTP_ACCEPT: 'text/plain' }))).toContain('One moment, please (wiki)');
  });

  test('may load what it likes, and says no language that it does not know', () => {
    const fields = fieldsOf(html(own({ template: file('p.html', '<p>Später.</p>') })).head);
    expect(fields).not.toHaveProperty('content-security-policy');
    expect(fields).not.toHaveProperty('content-language');
    const knows = own({ template: file('q.html', '<html lang="{{language}}">{{reason}}') });
    expect(fieldsOf(html(knows, { HTTP_ACCEPT_LANGUAGE: 'fr' }).head)['content-language']).toBe('fr');
  });

  test('has its parts, which come before ours', () => {
    file('parts/hello.html', '<b>{{application}}</b>');
    file('parts/footer.html', '<i>our own foot</i>');
    const partials = join(folder, 'parts');
    expect(textOf(html(own({ template: file('p.html', '{{> hello}}!'), partials })))).toBe('<b>wiki</b>!');
    const built = textOf(html(own({ partials })));
    expect(built).toContain('<i>our own foot</i>');
    expect(built).toContain('One moment, please');
  });

  test('says whom to ask, and where to look', () => {
    const prepared = own({
      contact: 'help@example.org',
      links: [{ text: 'Status & more', url: 'https://status.example.org/?a&b' }],
    });
    const text = textOf(html(prepared));
    expect(text).toContain('href="mailto:help@example.org"');
    expect(text).toMatch(/<a href="https:[^"]*a&amp;b">Status &amp; more<\/a>/);
    const problem = JSON.parse(textOf(html(prepared, { HTTP_ACCEPT: ACCEPT.problem })));
    expect(problem).toMatchObject({ contact: 'help@example.org', links: [{ text: 'Status & more' }] });
  });

  test('may be another by reason and by path, with another status', () => {
    const prepared = own({
      template: file('p.html', 'usual {{status}}'),
      reasons: { over_fair_share: { template: file('fast.html', 'fast {{status}}'), status: 429 } },
      routes: {
        '/edit': { template: file('edit.html', 'edit {{status}}'), status: undefined },
        '/edit/quick': { template: undefined, status: 429 },
      },
    });
    const at = (path: string, reason = '') => {
      const { head, body } = html(prepared, { SCRIPT_NAME: '/w', PATH_INFO: path }, reason);
      return [head.status, Buffer.from(body).toString()];
    };
    expect(at('/page')).toEqual([503, 'usual 503']);
    expect(at('/editor')).toEqual([503, 'usual 503']);
    expect(at('/edit')).toEqual([503, 'edit 503']);
    expect(at('/edit/page')).toEqual([503, 'edit 503']);
    expect(at('/edit/quick/page')).toEqual([429, 'usual 429']);
    expect(at('/edit', 'over_fair_share')).toEqual([429, 'fast 429']);
    const json = html(prepared, { HTTP_ACCEPT: ACCEPT.problem }, 'over_fair_share');
    expect(JSON.parse(textOf(json))).toMatchObject({ status: 429, title: 'Too Many Requests' });
  });

  test('speaks the languages of the operator, who may change the words of ours', () => {
    const { overload, requestId, quoteIt } = TEXTS[0];
    const dutch = { ...overload, title: 'Een ogenblik', request: requestId, hint: quoteIt };
    file('languages/nl.yaml', JSON.stringify(dutch));
    file('languages/de.yaml', 'title: Moment!\nreasons: { drowning: { text: Hochwasser. } }\n');
    const prepared = own({ languages: join(folder, 'languages') });
    expect(textOf(html(prepared, { HTTP_ACCEPT_LANGUAGE: 'nl-BE' }))).toContain('<h1>Een ogenblik</h1>');
    const german = textOf(html(prepared, { HTTP_ACCEPT_LANGUAGE: 'de' }, 'drowning'));
    expect(german).toContain('<h1>Moment!</h1>');
    expect(german).toContain('Hochwasser.');
  });

  test('is another one when its file is; a broken one changes nothing', () => {
    const template = file('p.html', 'one');
    const prepared = own({ template });
    faults.length = 0;
    file('p.html', 'second');
    prepared.refresh();
    expect(textOf(html(prepared))).toBe('second');
    file('p.html', 'third {{nonsense}}');
    prepared.refresh();
    expect(textOf(html(prepared))).toBe('second');
    expect(faults).toEqual(['overload-page/unknown-variable']);
    rmSync(template);
    prepared.refresh();
    expect(textOf(html(prepared))).toBe('second');
    file('p.html', 'the fourth');
    prepared.refresh();
    expect(textOf(html(prepared))).toBe('the fourth');
  });

  test('that cannot be used from the start is the built-in one', () => {
    expect(textOf(html(own({ template: join(folder, 'missing.html') })))).toContain('One moment, please');
  });
});
