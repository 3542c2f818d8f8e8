import { afterEach, describe, expect, test } from 'vitest';
import { RawHttpClient } from '../support/raw-http-client.ts';
import { until } from '../support/until.ts';
import { ask } from './ask.ts';
import { processesOf } from './processes-of.ts';
import type { RunningSpillway } from './running-spillway.ts';
import { servePrograms } from './serve-programs.ts';

/** Where other gateways hang, lose bytes, or leave processes behind. */
let gateway: RunningSpillway | undefined;

afterEach(async () => {
  const code = gateway === undefined ? 0 : await gateway.stop();
  gateway = undefined;
  expect(code).toBe(0);
});

const text = 'printf "Content-Type: text/plain\\n\\n"';
/** A command line that no other process has. */
let commands = 0;
const sleeper = (): string => `sleep 61.${process.pid}${++commands}`;
const post = (size: number) => ['POST /a HTTP/1.1', `Content-Length: ${size}`];

describe('a program', () => {
  test('that writes 5 MB before it reads its 5 MB has both whole', async () => {
    gateway = await servePrograms({ a: `${text}; head -c 5000000 /dev/zero; wc -c` }, {});
    const { status, body } = await ask(gateway.port, post(5_000_000), Buffer.alloc(5_000_000, 'x'));
    expect(status).toBe(200);
    expect(body.length).toBe(5_000_000 + '5000000\n'.length);
    expect(body.endsWith('\x005000000\n')).toBe(true);
  });

  test.each([0, 3])('that reads %i bytes of its 5 MB answers without an error', async (bytes) => {
    const read = bytes === 0 ? ':' : `head -c ${bytes}`;
    gateway = await servePrograms({ a: `${text}; ${read}; printf done` });
    const { status, body } = await ask(gateway.port, post(5_000_000), Buffer.alloc(5_000_000, 'x'));
    expect([status, body]).toEqual([200, `${'x'.repeat(bytes)}done`]);
    const running = gateway;
    await running.until(() => running.requests().length === 1);
    expect(running.requests()[0]).toMatchObject({ result: 'served' });
  });

  test('that leaves a child in the background with its output open holds up nobody, and the child is ended', async () => {
    const child = sleeper();
    gateway = await servePrograms({ a: `${text}; printf done; ${child} &` });
    const began = performance.now();
    expect((await ask(gateway.port, ['GET /a HTTP/1.1'])).body).toBe('done');
    expect(performance.now() - began).toBeLessThan(900);
    await until(() => processesOf(child).length === 0, 'no child');
  });

  test('that calls `kill 0` ends itself and nothing else', async () => {
    gateway = await servePrograms({ a: 'kill -TERM 0; sleep 5', b: `${text}; printf fine` });
    expect((await ask(gateway.port, ['GET /a HTTP/1.1'])).status).toBe(502);
    expect((await ask(gateway.port, ['GET /b HTTP/1.1'])).body).toBe('fine');
  });

  test('that closes its output and goes on does not keep the visitor waiting', async () => {
    gateway = await servePrograms({ a: `${text}; printf done; exec >&- 2>&-; sleep 0.8` });
    const began = performance.now();
    expect((await ask(gateway.port, ['GET /a HTTP/1.1'])).body).toBe('done');
    expect(performance.now() - began).toBeLessThan(700);
  });
});

describe('grandchildren are ended', () => {
  test('when the visitor leaves', async () => {
    const child = sleeper();
    gateway = await servePrograms({ a: `sh -c '${child} & ${child}' & ${child}` }, { a: '' });
    const client = await RawHttpClient.connect(gateway.port);
    client.send('GET /a HTTP/1.1\r\nHost: h\r\n\r\n');
    await until(() => processesOf(child).length === 3, 'three of them');
    client.leave();
    await until(() => processesOf(child).length === 0, 'none of them', 900);
  });

  test('when visitors leave who have sent a large body whole', async () => {
    const child = sleeper();
    gateway = await servePrograms({ a: child }, { a: '' });
    const running = gateway;
    const clients = await Promise.all(Array.from({ length: 12 }, () => RawHttpClient.connect(running.port)));
    for (const client of clients) {
      client.send(`POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 500000\r\n\r\n`);
      client.send(Buffer.alloc(500_000, 'x'));
    }
    await until(() => processesOf(child).length > 0, 'some of them');
    for (const client of clients) client.leave();
    await until(() => processesOf(child).length === 0, 'none of them', 900);
    await running.until(async () => (await running.metric('spillway_http_connections')) === 0, 1000);
    expect(await running.metric('spillway_abandoned_total')).toBe(12);
  });

  test('when the time is over, and the visitor gets 504', async () => {
    const child = sleeper();
    gateway = await servePrograms({ a: `sh -c '${child} & ${child}' & ${child}` });
    const { status } = await ask(gateway.port, ['GET /a HTTP/1.1']);
    expect(status).toBe(504);
    await until(() => processesOf(child).length === 0, 'none of them');
  });

  test('by KILL where they ignore TERM', async () => {
    const child = sleeper();
    gateway = await servePrograms({ a: `trap "" TERM; ${child} & ${child}` });
    expect((await ask(gateway.port, ['GET /a HTTP/1.1'])).status).toBe(504);
    await until(() => processesOf(child).length === 0, 'none of them');
    const running = gateway;
    await running.until(async () => (await running.metric('spillway_inflight')) === 0);
  });
});
