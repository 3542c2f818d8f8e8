import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AppWay, type Asked, partsOf, startWay } from './app-ways.ts';

const application = join(import.meta.dirname, 'fixtures/hono-application.ts');

describe.each(['CGI', 'SCGI', 'worker'] as const)('an unmodified Hono application run as %s', (name) => {
  let way: AppWay;

  beforeEach(async () => {
    way = await startWay(name, application);
  });

  afterEach(async () => {
    await way.end();
  });

  async function ask(path: string, asked?: Asked) {
    const visit = await way.visit(path, asked);
    return partsOf(await visit.over());
  }

  test('routes by the whole path, where it is mounted included', async () => {
    expect((await ask('/wiki')).body).toBe('<h1>Wiki</h1>');
    const { body } = await ask('/wiki/page/caf%C3%A9');
    expect(JSON.parse(Buffer.from(body, 'latin1').toString('utf8'))).toEqual({ page: 'café' });
    expect((await ask('/elsewhere')).status).toBe('404 Not Found');
  });

  test('reads a form and sets several cookies', async () => {
    const { status, head, body } = await ask('/wiki/page/home', {
      body: 'text=hello+there',
      variables: { CONTENT_TYPE: 'application/x-www-form-urlencoded' },
    });
    expect(status).toBe('201 Created');
    expect(head.match(/^set-cookie: .*$/gim)).toEqual(['set-cookie: saved=1', 'set-cookie: by=hono']);
    expect(body).toBe('home: hello there');
  });

  test('streams', async () => {
    expect((await ask('/wiki/count')).body).toBe('one\ntwo\nthree\n');
  });

  test('keeps its own failures to itself', async () => {
    const { status, body } = await ask('/wiki/broken');
    expect(status).toBe('500 Internal Server Error');
    expect(body).not.toContain('not for visitors');
  });
});
