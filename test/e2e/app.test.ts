import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { type AppWay, type Asked, partsOf, startWay } from './app-ways.ts';

const application = join(import.meta.dirname, 'fixtures/told-application.ts');

describe.each(['CGI', 'SCGI', 'worker'] as const)('an application run as %s', (name) => {
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

  test('sees the URL that the visitor asked for, with the path that it is mounted at', async () => {
    const { status, body } = await ask('/wiki/a%20b/request?x=%C3%A9', {
      variables: { HTTPS: 'on', HTTP_HOST: 'wiki.example:8443', PATH_INFO: '/a b/request' },
    });
    expect(status).toBe('200 OK');
    const seen = JSON.parse(body);
    expect(seen.url).toBe('https://wiki.example:8443/wiki/a%20b/request?x=%C3%A9');
    expect(seen.variables).toMatchObject({ SCRIPT_NAME: '/wiki', PATH_INFO: '/a b/request' });
  });

  test('sees header fields and the method', async () => {
    const { body } = await ask('/request', {
      method: 'PROPFIND',
      variables: { HTTP_X_FORWARDED_FOR: '192.0.2.1', HTTP_COOKIE: 'a=1; b=2', HTTP_PROXY: 'http://evil' },
    });
    expect(JSON.parse(body)).toMatchObject({
      method: 'PROPFIND',
      headers: { 'x-forwarded-for': '192.0.2.1', cookie: 'a=1; b=2' },
    });
    expect(body).not.toContain('evil');
  });

  test('answers with its status, its fields and each of its cookies, without fields of a connection', async () => {
    const { head, status, body } = await ask('/cookies');
    expect(status).toBe('201 Made');
    expect(head.match(/^set-cookie: .*$/gim)).toEqual(['set-cookie: a=1; Path=/', 'set-cookie: b=2']);
    expect(head).toContain('content-length: 3');
    expect(head).not.toContain('connection');
    expect(body).toBe('<p>');
  });

  test.each([
    ['/empty', '204 No Content'],
    ['/redirect', '303 See Other'],
  ])('answers %s without a body', async (path, expected) => {
    const { status, body } = await ask(path);
    expect(status).toBe(expected);
    expect(body).toBe('');
  });

  test('answers HEAD with the head alone', async () => {
    const { status, head, body } = await ask('/cookies', { method: 'HEAD' });
    expect(status).toBe('201 Made');
    expect(head).toContain('set-cookie: b=2');
    expect(body).toBe('');
  });

  test('refuses a method that the runtime would take for another one', async () => {
    expect((await ask('/request', { method: 'FOO' })).status).toBe('501 Not Implemented');
  });

  test('gets the body up to CONTENT_LENGTH, and no further', async () => {
    const { body } = await ask('/echo', { body: 'hello and more', announced: 5 });
    expect(body).toBe('hello');
  });

  test('reads the body while it comes, and answers while it reads', async () => {
    const visit = await way.visit('/echo', { body: 'first', announced: 11 });
    await visit.until((received) => received.endsWith('first'));
    visit.send('second');
    expect(partsOf(await visit.over()).body).toBe('firstsecond');
  });

  test('reads a large body whole, with every byte', async () => {
    const body = Array.from({ length: 256 }, (_, at) => String.fromCharCode(at))
      .join('')
      .repeat(4096);
    expect((await ask('/echo', { body })).body === body).toBe(true);
  });

  test('may leave a body unread', async () => {
    const { body } = await ask('/unread', { body: 'x'.repeat(3_000_000) });
    expect(body).toBe('not read');
  });

  test('streams its answer as it makes it', async () => {
    const visit = await way.visit('/ticks?count=3&every=300');
    const early = await visit.until((received) => received.includes('tick 1\n'));
    expect(early).not.toContain('tick 3');
    expect(partsOf(await visit.over()).body).toBe('tick 1\ntick 2\ntick 3\n');
  });

  test('is asked for no more than a slow reader takes', async () => {
    const visit = await way.visit('/large');
    visit.pause();
    const pulls = () => way.log().split('pulled').length - 1;
    let before = -1;
    await until(
      () => {
        const isSame = pulls() === before && before > 0;
        before = pulls();
        return isSame;
      },
      'pulls that stop',
      10_000,
    );
    // Each pull is 64 KiB: what the kernel and we keep, of an answer without end.
    await Bun.sleep(200);
    expect(pulls()).toBeLessThan(400);
    visit.leave();
    await until(() => way.log().includes('aborted /large'), 'an abort', 10_000);
  });

  test('that throws gives a 500 with an id that is in the log beside the stack, and nothing else to the visitor', async () => {
    const { status, body } = await ask('/throws', { variables: { HTTP_X_REQUEST_ID: 'request-17' } });
    expect(status).toBe('500 Internal Server Error');
    expect(body).toContain('request-17');
    expect(body).not.toContain('secret');
    await until(() => way.log().includes('secret reason'), 'a line in the log');
    const line = way
      .log()
      .split('\n')
      .find((text) => text.includes('secret reason'));
    expect(JSON.parse(line ?? '')).toMatchObject({
      event: 'application-failed',
      id: 'request-17',
      path: '/throws',
      stack: expect.stringContaining('told-application.ts'),
    });
  });

  test('that answers with no Response gives a 500', async () => {
    expect((await ask('/nothing')).status).toBe('500 Internal Server Error');
  });

  test('that fails after its head is cut so that the server in front can see it', async () => {
    const visit = await way.visit('/cut');
    const { body } = partsOf(await visit.over());
    expect(body).toBe('the beginning');
    expect(visit.wasCut()).toBe(true);
    await until(() => way.log().includes('secret middle'), 'a line in the log');
  });

  test('hears by the signal of its request that the visitor has left', async () => {
    const visit = await way.visit('/hold');
    await Bun.sleep(100);
    visit.leave();
    await until(() => way.log().includes('aborted /hold'), 'an abort', 10_000);
  });

  test('may print, and its answer stays clean', async () => {
    expect((await ask('/prints')).body).toBe('clean');
    await until(() => /printed.*written/s.test(way.log()), 'what was printed');
  });

  test('hears that it is to stop', async () => {
    await ask('/request');
    await way.stop();
    await until(() => way.log().includes('told to stop'), 'the listener of stop');
  });
});

describe.each(['SCGI', 'worker'] as const)('an application run as %s', (name) => {
  let way: AppWay;

  beforeEach(async () => {
    way = await startWay(name, application);
  });

  afterEach(async () => {
    await way.end();
  });

  test('finishes what is under way when it is stopped', async () => {
    const visit = await way.visit('/slow?ms=700');
    await until(() => way.log().includes('slow begins'), 'a request under way', 10_000);
    const stopped = way.stop();
    expect(partsOf(await visit.over()).body).toBe('slow');
    expect(await stopped).toBe(0);
  });

  test('answers one request after another', async () => {
    for (let count = 0; count < 20; count += 1) {
      const visit = await way.visit('/length', { body: 'x'.repeat(count) });
      expect(partsOf(await visit.over()).body).toBe(String(count));
    }
  });

  test('says once which of its exports are ignored', async () => {
    await until(() => way.log().includes('port, websocket of the default export: ignored'), 'a line');
  });
});

describe.each(['CGI', 'SCGI'] as const)('an application run as %s without a gateway', (name) => {
  let way: AppWay;

  beforeEach(async () => {
    way = await startWay(name, application);
  });

  afterEach(async () => {
    await way.end();
  });

  test('is told that there is nobody to publish to', async () => {
    const visit = await way.visit('/publish?scope=gateway');
    expect(partsOf(await visit.over()).body).toMatch(/^unreachable: expected a gateway/);
  });
});
