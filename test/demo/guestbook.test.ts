import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { answerVisitor } from '../../demo/guestbook/answer-visitor.ts';
import { EntryStore } from '../../demo/guestbook/entry-store.ts';

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

interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly fields?: Record<string, string>;
  readonly form?: Record<string, string>;
}

async function ask({ method, path = '/', fields = {}, form }: Asked = {}) {
  const request = new Request(`https://site.test/book${path}`, {
    method: method ?? (form === undefined ? 'GET' : 'POST'),
    headers: fields,
    ...(form === undefined ? {} : { body: new URLSearchParams(form).toString() }),
  });
  const [below] = path.split('?');
  const response = await answerVisitor(
    request,
    { SCRIPT_NAME: '/book', PATH_INFO: below ?? '' },
    { store, nowMs: NOW_MS, served: () => ({ how: 'in a test', tookMs: 1.25 }) },
  );
  return {
    status: response.status,
    field: (name: string) => response.headers.get(name),
    body: await response.text(),
  };
}

const post = (form: Record<string, string>, fields: Record<string, string> = {}) => ask({ form, fields });

describe('the guest book', () => {
  test('is empty at first, and says how it was served', async () => {
    const { status, body } = await ask();
    expect(status).toBe(200);
    expect(body).toContain('0 entries');
    expect(body).toContain('<strong>in a test</strong> in 1.3 ms');
  });

  test('keeps what was written and sends the visitor to the list', async () => {
    const written = await post({ name: 'Eva', message: 'Hällo\r\nworld' });
    expect([written.status, written.field('Location')]).toEqual([303, '/book/']);
    expect(store.page(10, 0)).toEqual([{ id: 1, name: 'Eva', message: 'Hällo\nworld', writtenAt: NOW_MS }]);
    expect((await ask()).body).toContain(
      '<time datetime="2026-01-02T03:04:05.000Z">2026-01-02 03:04 UTC</time>',
    );
  });

  test('escapes whatever visitors write', async () => {
    await post({ name: '<script>', message: '"\'&</p><img src=x>' });
    for (const path of ['/', '/entry/1']) {
      const { body } = await ask({ path });
      expect(body).not.toMatch(/<script|<img/);
      expect(body).toContain('&quot;&#39;&amp;&lt;/p&gt;');
    }
  });

  test.each([
    ['no name', { name: ' ', message: 'x' }, 'Please say who you are.'],
    ['no message', { name: 'Eva', message: '' }, 'Please write something.'],
    ['a name that is too long', { name: 'x'.repeat(61), message: 'x' }, '60 characters'],
    ['a message that is too long', { name: 'Eva', message: 'x'.repeat(2001) }, '2000 characters'],
  ])('gives the form back where there is %s, with what was typed', async (_, form, wrong) => {
    const { status, body } = await post(form);
    expect(status).toBe(422);
    expect(body).toContain(wrong);
    expect(body).toContain(`value="${form.name.trim()}"`);
    expect(store.summary().count).toBe(0);
  });

  test.each([
    [413, 'a form that is far too long', { name: 'Eva', message: 'x'.repeat(20_000) }, {}],
    [
      413,
      'a form that says it is far too long',
      { name: 'Eva', message: 'x' },
      { 'Content-Length': '20000' },
    ],
    [403, 'a form of another site', { name: 'Eva', message: 'x' }, { 'Sec-Fetch-Site': 'cross-site' }],
  ])('answers %d to %s', async (status, _, form, fields) => {
    expect((await post(form, fields)).status).toBe(status);
    expect(store.summary().count).toBe(0);
  });

  test('shows twenty entries a page, newest first, and leads to the others', async () => {
    for (let number = 1; number <= 41; number++) await post({ name: `n${number}`, message: 'x' });
    const names = async (path: string) =>
      [...(await ask({ path })).body.matchAll(/<h2>(\w+)<\/h2>/g)].map(([, name]) => name);
    expect(await names('/')).toEqual(Array.from({ length: 20 }, (_, index) => `n${41 - index}`));
    expect(await names('/?page=3')).toEqual(['n1']);
    expect(await names('/?page=99')).toEqual(['n1']);
    expect((await names('/?page=x'))[0]).toBe('n41');
    expect((await ask({ path: '/?page=2' })).body).toMatch(
      /rel="prev" href="\/book\/\?page=1".*\n.*rel="next" href="\/book\/\?page=3"/,
    );
  });

  test('is not sent again to who has it, until somebody writes', async () => {
    const tag = (await ask()).field('ETag') ?? '';
    const known = { 'If-None-Match': `"other", ${tag}` };
    expect(await ask({ fields: known })).toMatchObject({ status: 304, body: '' });
    await post({ name: 'Eva', message: 'x' });
    expect((await ask({ fields: known })).status).toBe(200);
  });

  test('has a JSON Feed', async () => {
    await post({ name: 'Eva', message: 'x' });
    const { field, body } = await ask({ path: '/feed.json' });
    expect(field('Content-Type')).toBe('application/feed+json');
    expect(JSON.parse(body).items).toEqual([
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
    ['GET', '/nothing', 404, null],
    ['GET', '/entry/9', 404, null],
    ['GET', '/entry/1e3', 404, null],
    ['HEAD', '/', 200, null],
    ['DELETE', '/', 405, 'GET, HEAD, POST'],
    ['POST', '/feed.json', 405, 'GET, HEAD'],
  ])('answers %s %s with %d', async (method, path, status, allow) => {
    const response = await ask({ method, path });
    expect([response.status, response.field('Allow')]).toEqual([status, allow]);
  });
});
