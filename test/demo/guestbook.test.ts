import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CgiResponse } from '../../demo/guestbook/cgi-message.ts';
import { EntryStore } from '../../demo/guestbook/entry-store.ts';
import { guestbook } from '../../demo/guestbook/guestbook.ts';

let folder = '';
let store: EntryStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillway-guestbook-'));
  store = new EntryStore(join(folder, 'data', 'guestbook.sqlite'));
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const NOW_MS = Date.UTC(2026, 0, 2, 3, 4, 5);

function ask(variables: Record<string, string> = {}, body = ''): CgiResponse {
  const all: Record<string, string> = {
    REQUEST_METHOD: 'GET',
    SCRIPT_NAME: '/book',
    PATH_INFO: '/',
    ...variables,
  };
  return guestbook(
    { meta: (name) => all[name], body: new TextEncoder().encode(body) },
    { store, nowMs: NOW_MS, served: () => ({ how: 'in a test', tookMs: 1.25 }) },
  );
}

const post = (fields: Record<string, string>, variables: Record<string, string> = {}) =>
  ask({ REQUEST_METHOD: 'POST', ...variables }, new URLSearchParams(fields).toString());

const field = (response: CgiResponse, name: string) => new Map(response.fields).get(name);

describe('the guest book', () => {
  test('is empty at first, and says how it was served', () => {
    const response = ask();
    expect(response.status).toBe(200);
    expect(response.body).toContain('0 entries');
    expect(response.body).toContain('<strong>in a test</strong> in 1.3 ms');
  });

  test('keeps what was written and sends the visitor to the list', () => {
    const written = post({ name: 'Eva', message: 'Hällo\r\nworld' });
    expect([written.status, field(written, 'Location')]).toEqual([303, '/book/']);
    expect(store.page(10, 0)).toEqual([{ id: 1, name: 'Eva', message: 'Hällo\nworld', writtenAt: NOW_MS }]);
    expect(ask().body).toContain('<time datetime="2026-01-02T03:04:05.000Z">2026-01-02 03:04 UTC</time>');
  });

  test('escapes whatever visitors write', () => {
    post({ name: '<script>', message: '"\'&</p><img src=x>' });
    for (const path of ['/', '/entry/1']) {
      const { body } = ask({ PATH_INFO: path });
      expect(body).not.toMatch(/<script|<img/);
      expect(body).toContain('&quot;&#39;&amp;&lt;/p&gt;');
    }
  });

  test.each([
    ['no name', { name: ' ', message: 'x' }, 'Please say who you are.'],
    ['no message', { name: 'Eva', message: '' }, 'Please write something.'],
    ['a name that is too long', { name: 'x'.repeat(61), message: 'x' }, '60 characters'],
    ['a message that is too long', { name: 'Eva', message: 'x'.repeat(2001) }, '2000 characters'],
  ])('gives the form back where there is %s, with what was typed', (_, fields, wrong) => {
    const response = post(fields);
    expect(response.status).toBe(422);
    expect(response.body).toContain(wrong);
    expect(response.body).toContain(`value="${fields.name.trim()}"`);
    expect(store.summary().count).toBe(0);
  });

  test.each([
    [413, 'a form that is far too long', { name: 'Eva', message: 'x'.repeat(20_000) }, {}],
    [403, 'a form of another site', { name: 'Eva', message: 'x' }, { HTTP_SEC_FETCH_SITE: 'cross-site' }],
  ])('answers %d to %s', (status, _, fields, variables) => {
    expect(post(fields, variables).status).toBe(status);
    expect(store.summary().count).toBe(0);
  });

  test('shows twenty entries a page, newest first, and leads to the others', () => {
    for (let number = 1; number <= 41; number++) post({ name: `n${number}`, message: 'x' });
    const names = (query: string) =>
      [...ask({ QUERY_STRING: query }).body.matchAll(/<h2>(\w+)<\/h2>/g)].map(([, name]) => name);
    expect(names('')).toEqual(Array.from({ length: 20 }, (_, index) => `n${41 - index}`));
    expect(names('page=3')).toEqual(['n1']);
    expect(names('page=99')).toEqual(['n1']);
    expect(names('page=x')[0]).toBe('n41');
    expect(ask({ QUERY_STRING: 'page=2' }).body).toMatch(
      /rel="prev" href="\/book\/\?page=1".*\n.*rel="next" href="\/book\/\?page=3"/,
    );
  });

  test('is not sent again to who has it, until somebody writes', () => {
    const tag = field(ask(), 'ETag') ?? '';
    const known = { HTTP_IF_NONE_MATCH: `"other", ${tag}` };
    expect(ask(known)).toMatchObject({ status: 304, body: '' });
    post({ name: 'Eva', message: 'x' });
    expect(ask(known).status).toBe(200);
  });

  test('answers HEAD like GET, without a body', () => {
    expect(ask({ REQUEST_METHOD: 'HEAD' })).toEqual({ ...ask(), body: '' });
  });

  test('has a JSON Feed', () => {
    post({ name: 'Eva', message: 'x' });
    const response = ask({ PATH_INFO: '/feed.json', HTTP_HOST: 'site.test', HTTPS: 'on' });
    expect(field(response, 'Content-Type')).toBe('application/feed+json');
    expect(JSON.parse(response.body).items).toEqual([
      {
        id: 'https://site.test/book/entry/1',
        url: 'https://site.test/book/entry/1',
        content_text: 'x',
        date_published: '2026-01-02T03:04:05.000Z',
        authors: [{ name: 'Eva' }],
      },
    ]);
  });

  test.each([
    ['GET', '/nothing', 404, undefined],
    ['GET', '/entry/9', 404, undefined],
    ['GET', '/entry/1e3', 404, undefined],
    ['DELETE', '/', 405, 'GET, HEAD, POST'],
    ['POST', '/feed.json', 405, 'GET, HEAD'],
  ])('answers %s %s with %d', (method, path, status, allow) => {
    const response = ask({ REQUEST_METHOD: method, PATH_INFO: path });
    expect([response.status, field(response, 'Allow')]).toEqual([status, allow]);
  });
});
