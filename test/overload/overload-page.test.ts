import { describe, expect, test } from 'vitest';
import { LANGUAGES, TEXTS } from '../../src/overload/languages.ts';
import { PreparedOverloadPage } from '../../src/overload/overload-page.ts';
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
    expect(textOf(answer)).toContain(`<html lang="${language}">`);
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

  test('needs nothing from anywhere, no script, and works on a narrow screen', () => {
    const answer = page().shed(get(browser), 'r1', 4000);
    expect(textOf(answer)).not.toMatch(/<script|https?:|\bsrc=|<link|url\(|@import/i);
    expect(textOf(answer)).toContain('name="viewport"');
    expect(fieldsOf(answer.head)['content-security-policy']).toContain("default-src 'none'");
  });

  test('escapes the name of the application and an unusual request id', () => {
    const hostile = new PreparedOverloadPage({ application: '<b>&"', random: () => 0 });
    const html = textOf(hostile.shed(get(browser), '"><script>', 1000));
    expect(html).not.toMatch(/<b>|<script/);
    expect(html).toContain('&lt;b&gt;&amp;');
    const problem = JSON.parse(textOf(hostile.shed(get({ HTTP_ACCEPT: ACCEPT.problem }), '"},{"', 1000)));
    expect(problem.request_id).toBe('"},{"');
  });

  test('leaves no hole open', () => {
    for (const accept of [ACCEPT.firefox, ACCEPT.axios, ACCEPT.curl]) {
      expect(textOf(page().shed(get({ HTTP_ACCEPT: accept }), 'r1', 1000))).not.toMatch(
        /[\uFDD0\uFDD1]|\{\{|undefined/,
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

describe('the operator’s own page', () => {
  const own = new PreparedOverloadPage({
    application: 'wiki',
    ownPage: '<p>{{application}} {{request_id}} {{retry_after}}</p>',
    random: () => 0,
  });

  test('takes the place of the HTML page', () => {
    expect(textOf(own.shed(get(browser), 'r1', 4000))).toBe('<p>wiki r1 4</p>');
  });

  test('may load what it likes, and says no language', () => {
    const fields = fieldsOf(own.shed(get(browser), 'r1', 4000).head);
    expect(fields).not.toHaveProperty('content-security-policy');
    expect(fields).not.toHaveProperty('content-language');
  });

  test('leaves JSON and plain text as they are', () => {
    expect(textOf(own.shed(get(), 'r1', 4000))).toContain('One moment, please (wiki)');
  });
});
