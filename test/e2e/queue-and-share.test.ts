import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { RawHttpClient } from '../support/raw-http-client.ts';
import { ask } from './ask.ts';
import { RunningSpillway } from './running-spillway.ts';

/** What operators of other gateways ask for: bounds on the wait, a queue without the dead, reasons, fair shares. */
let gateway: RunningSpillway | undefined;

afterEach(async () => {
  const code = gateway === undefined ? 0 : await gateway.stop();
  gateway = undefined;
  expect(code).toBe(0);
});

/** An application that takes one request at once, and each until the file `go` is there. */
async function serveOne(queue: string): Promise<RunningSpillway> {
  const folder = RunningSpillway.folder();
  writeFileSync(
    join(folder, 'one.cgi'),
    '#!/bin/sh\necho run >> runs\nwhile [ ! -e go ]; do sleep 0.02; done\nprintf "Content-Type: text/plain\\n\\ndone"\n',
    { mode: 0o755 },
  );
  return await RunningSpillway.start(
    folder,
    `applications:
  one: { at: /, cgi: { program: ./one.cgi }, policies: [ { fixed: { exec: 1 } } ], queue: ${queue} }
`,
  );
}

const go = (running: RunningSpillway) => writeFileSync(join(running.folder, 'go'), '');
const get = 'GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n';

describe('the admission queue', () => {
  test('bounds the time of a wait, and says why it ended', async () => {
    gateway = await serveOne('{ timeout: 300ms }');
    const running = gateway;
    const first = await RawHttpClient.connect(running.port);
    first.send(get);
    await running.until(async () => (await running.metric('spillway_inflight')) === 1);
    const began = performance.now();
    const second = await ask(running.port, ['GET / HTTP/1.1']);
    const waitedMs = performance.now() - began;
    expect(second.status).toBe(503);
    expect(Number(second.fields.get('retry-after'))).toBeGreaterThan(0);
    expect(waitedMs).toBeGreaterThan(250);
    expect(waitedMs).toBeLessThan(1500);
    const labels = ['lane="shed"', 'policy="admission"'];
    expect(await running.metric('spillway_decisions_total', ...labels)).toBe(1);
    await running.until(() => running.requests().length > 0);
    expect(running.requests()[0]).toMatchObject({ status: 503, policy: 'admission' });
    expect(running.requests()[0]?.reason).toMatch(/^[a-z_]+$/);
    go(running);
    expect(await first.untilOver()).toContain('done');
    first.leave();
  });

  test('tells whoever is shed to come back later, the more were sent away before', async () => {
    gateway = await serveOne('{ max: 0 }');
    const running = gateway;
    const slow = await RawHttpClient.connect(running.port);
    slow.send(get);
    await running.until(async () => (await running.metric('spillway_inflight')) === 1);
    // From it the gateway knows how long a request takes: five in a second, at most.
    await Bun.sleep(200);
    go(running);
    expect(await slow.untilOver()).toContain('done');
    slow.leave();
    rmSync(join(running.folder, 'go'));
    const first = await RawHttpClient.connect(running.port);
    first.send(get);
    await running.until(async () => (await running.metric('spillway_inflight')) === 1);
    expect(await running.metric('spillway_retry_after_seconds')).toBe(1);
    let told = 0;
    for (let visitor = 0; visitor < 40; visitor++) {
      const { status, fields } = await ask(running.port, ['GET / HTTP/1.1']);
      expect(status).toBe(503);
      told = Number(fields.get('retry-after'));
    }
    expect(told).toBeGreaterThan(2);
    expect(await running.metric('spillway_retry_after_seconds')).toBeGreaterThan(1);
    go(running);
    expect(await first.untilOver()).toContain('done');
    first.leave();
  });

  test('bounds the number of those who wait', async () => {
    gateway = await serveOne('{ max: 1, timeout: 10s }');
    const running = gateway;
    const [first, second] = [
      await RawHttpClient.connect(running.port),
      await RawHttpClient.connect(running.port),
    ];
    first.send(get);
    await running.until(async () => (await running.metric('spillway_inflight')) === 1);
    second.send(get);
    await running.until(async () => (await running.metric('spillway_queue_length')) === 1);
    expect((await ask(running.port, ['GET / HTTP/1.1'])).status).toBe(503);
    go(running);
    for (const client of [first, second]) {
      expect(await client.untilOver()).toContain('done');
      client.leave();
    }
  });

  test('is left by visitors who leave, and nothing is run for them', async () => {
    gateway = await serveOne('{ timeout: 10s }');
    const running = gateway;
    const first = await RawHttpClient.connect(running.port);
    first.send(get);
    await running.until(async () => (await running.metric('spillway_inflight')) === 1);
    const waiting = await Promise.all(Array.from({ length: 5 }, () => RawHttpClient.connect(running.port)));
    for (const client of waiting) client.send(get);
    await running.until(async () => (await running.metric('spillway_queue_length')) === 5);
    for (const client of waiting) client.leave();
    await running.until(async () => (await running.metric('spillway_queue_length')) === 0, 1000);
    go(running);
    expect(await first.untilOver()).toContain('done');
    first.leave();
    expect((await ask(running.port, ['GET / HTTP/1.1'])).body).toBe('done');
    expect(await Bun.file(join(running.folder, 'runs')).text()).toBe('run\nrun\n');
    expect(await running.metric('spillway_abandoned_total')).toBe(5);
  });
});

test('an application that wants everything leaves the others their share', async () => {
  const folder = RunningSpillway.folder();
  const slow = '#!/bin/sh\nsleep 2\nprintf "Content-Type: text/plain\\n\\nslow"\n';
  writeFileSync(join(folder, 'greedy.cgi'), slow, { mode: 0o755 });
  writeFileSync(join(folder, 'modest.cgi'), '#!/bin/sh\nprintf "Content-Type: text/plain\\n\\nmodest"\n', {
    mode: 0o755,
  });
  gateway = await RunningSpillway.start(
    folder,
    `applications:
  greedy: { at: /greedy, cgi: { program: ./greedy.cgi }, policies: [ { fixed: { exec: 10000 } } ], queue: { max: 1000 } }
  modest: { at: /modest, cgi: { program: ./modest.cgi }, policies: [ fixed ] }
`,
  );
  const running = gateway;
  const crowd = await Promise.all(Array.from({ length: 150 }, () => RawHttpClient.connect(running.port)));
  for (const client of crowd) client.send('GET /greedy HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
  await running.until(async () => (await running.metric('spillway_inflight', 'application="greedy"')) > 20);
  const began = performance.now();
  expect((await ask(running.port, ['GET /modest HTTP/1.1'])).body).toBe('modest');
  expect(performance.now() - began).toBeLessThan(1500);
  for (const client of crowd) client.leave();
  await running.until(async () => (await running.metric('spillway_inflight')) === 0);
}, 30_000);

test('the overload page arrives whole while the visitor goes on to send 20 MB', async () => {
  const folder = RunningSpillway.folder();
  writeFileSync(
    join(folder, 'closed.js'),
    `export default { name: 'closed', when: 'in this test', source: 'this test', parameters: {}, signals: [], reasons: ['closed'],
      create: () => ({ arrive: () => ({ shed: 'closed', retryAfterMs: 3000 }) }) };\n`,
  );
  writeFileSync(join(folder, 'never.cgi'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  gateway = await RunningSpillway.start(
    folder,
    'applications:\n  never: { at: /, cgi: { program: ./never.cgi }, policies: [ ./closed.js ] }\n',
  );
  const client = await RawHttpClient.connect(gateway.port);
  client.send('POST / HTTP/1.1\r\nHost: h\r\nAccept: text/html\r\nContent-Length: 20000000\r\n\r\n');
  for (let sent = 0; sent < 20; sent++) {
    client.send(Buffer.alloc(1_000_000, 'x'));
    await Bun.sleep(10);
  }
  const page = await client.untilOver();
  expect(client.reset).toBe(false);
  expect(page).toMatch(/^HTTP\/1.1 503 /);
  expect(page).toContain('</html>');
  client.leave();
});
