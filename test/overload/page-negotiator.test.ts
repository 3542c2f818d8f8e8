import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LANGUAGES } from '../../src/overload/languages.ts';
import { FORMATS, PageNegotiator } from '../../src/overload/page-negotiator.ts';
import { viewOf } from '../support/view-of.ts';
import { ACCEPT } from './accept-fields.ts';

const negotiator = new PageNegotiator(LANGUAGES);

describe('the format of a page', () => {
  test.each([
    ['Firefox opening a page', ACCEPT.firefox, 'html'],
    ['Chromium opening a page', ACCEPT.chromium, 'html'],
    ['a text browser', ACCEPT.lynx, 'html'],
    ['an image on a page', ACCEPT.image, 'short'],
    ['a style sheet', ACCEPT.styleSheet, 'short'],
    ['a script or curl, which take anything', ACCEPT.curl, 'short'],
    ['a feed reader', 'application/atom+xml, application/rss+xml;q=0.9, */*;q=0.1', 'short'],
    ['any kind of text', 'text/*', 'text'],
    ['a client that asks for JSON before anything else', ACCEPT.axios, 'json'],
    ['a client that knows problem documents', ACCEPT.problem, 'json'],
    ['plain text preferred to HTML', 'text/html;q=0.5,text/plain', 'text'],
    ['HTML excluded', 'text/html;q=0,application/json;q=0.1', 'json'],
    ['nothing that there is', 'image/png', 'short'],
    ['an empty field', '', 'short'],
    ['rubbish', ';;;,,=/"', 'short'],
    ['a field longer than any browser sends', `text/html,${'x/y,'.repeat(400)}`, 'short'],
  ])('for %s', (_, accept, format) => {
    expect(negotiator.format(viewOf({ HTTP_ACCEPT: accept }))).toBe(format);
  });

  test('without Accept is the short one', () => {
    expect(negotiator.format(viewOf({}))).toBe('short');
  });

  test.each([
    ['document', 'html'],
    ['iframe', 'html'],
    ['empty', 'html'],
    ['image', 'short'],
    ['script', 'short'],
    ['style', 'short'],
    ['video', 'short'],
  ])('for a %s of a browser (Sec-Fetch-Dest), whatever its Accept, is %s', (destination, format) => {
    const view = viewOf({ HTTP_ACCEPT: ACCEPT.firefox, HTTP_SEC_FETCH_DEST: destination });
    expect(negotiator.format(view)).toBe(format);
  });
});

describe('gzip', () => {
  test.each([
    ['gzip, deflate, br, zstd', true],
    ['gzip;q=0.5', true],
    ['gzip;q=0', false],
    ['br', false],
    ['*', true],
    ['*;q=0', false],
    ['identity, gzip;q=0.5', false],
    ['', false],
    [`gzip,${'x,'.repeat(600)}`, false],
  ])('for `%.30s`: %s', (field, taken) => {
    expect(negotiator.gzip(viewOf({ HTTP_ACCEPT_ENCODING: field }))).toBe(taken);
  });

  test('is for nobody who does not ask for it', () => {
    expect(negotiator.gzip(viewOf({}))).toBe(false);
  });
});

describe('the language of a page', () => {
  test.each([
    ['de-AT,de;q=0.9,en;q=0.5', 'de'],
    ['nl,fr;q=0.5', 'fr'],
    ['es-419', 'es'],
    ['en;q=0.1,de;q=0.2', 'de'],
    ['ja', 'ja'],
    ['ar-EG,ar;q=0.9', 'ar'],
    ['pt', 'en'],
    ['*', 'en'],
    ['', 'en'],
    [`de,${'nl,'.repeat(400)}`, 'en'],
  ])('for `%.30s` is %s', (acceptLanguage, language) => {
    expect(negotiator.language(viewOf({ HTTP_ACCEPT_LANGUAGE: acceptLanguage }))).toBe(language);
  });
});

test('whatever visitors send gives a format and a language that there are', () => {
  const byteString = fc.string({
    unit: fc.integer({ min: 0, max: 255 }).map((unit) => String.fromCharCode(unit)),
  });
  const listLike = fc
    .array(fc.constantFrom('text/html', 'de', '*/*', ';q=', '0.5', ',', '"', '=', '\\'))
    .map((p) => p.join(''));
  fc.assert(
    fc.property(fc.oneof(byteString, listLike), (field) => {
      const view = viewOf({ HTTP_ACCEPT: field, HTTP_ACCEPT_LANGUAGE: field });
      expect(FORMATS).toContain(negotiator.format(view));
      expect(LANGUAGES).toContain(negotiator.language(view));
    }),
  );
});
