import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { RawHttpClient } from '../support/raw-http-client.ts';
import { ask } from './ask.ts';
import { RunningSpillway } from './running-spillway.ts';

const daemon = join(import.meta.dirname, 'fixtures/echo-daemon.ts');

let gateway: RunningSpillway | undefined;

afterEach(async () => {
  const code = gateway === undefined ? 0 : await gateway.stop();
  gateway = undefined;
  expect(code).toBe(0);
});

async function serveActivated(): Promise<RunningSpillway> {
  return await RunningSpillway.start(
    RunningSpillway.folder(),
    `applications:
  echo:
    at: /
    scgi:
      address: unix:./echo.sock
      daemon: { command: [${process.execPath}, ${daemon}, LISTEN_FDS, ./starts], activation: inherit }
    policies: [ fixed ]
`,
  );
}

async function serveDaemon(): Promise<RunningSpillway> {
  return await RunningSpillway.start(
    RunningSpillway.folder(),
    `applications:
  echo:
    at: /
    scgi: { address: unix:./echo.sock, daemon: { command: [${process.execPath}, ${daemon}, ./echo.sock, ./starts] } }
    policies: [ fixed ]
`,
  );
}

const starts = (running: RunningSpillway): string[] =>
  readFileSync(join(running.folder, 'starts'), 'latin1').trim().split('\n');

describe('a daemon', () => {
  test('that is down is started once for twelve requests at once, and all are answered', async () => {
    gateway = await serveDaemon();
    const { port } = gateway;
    const answers = await Promise.all(Array.from({ length: 12 }, () => ask(port, ['GET /pid HTTP/1.1'])));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ body }) => body))).toEqual(new Set(starts(gateway)));
    expect(starts(gateway)).toHaveLength(1);
  });

  test('that inherits its socket and needs half a second to start answers fifty requests at once with one start', async () => {
    gateway = await serveActivated();
    const { port } = gateway;
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask(port, ['GET /pid HTTP/1.1'])));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ body }) => body))).toEqual(new Set(starts(gateway)));
    expect(starts(gateway)).toHaveLength(1);
  });

  test('that was killed is replaced at once, and used as soon as it is back', async () => {
    gateway = await serveDaemon();
    const running = gateway;
    const first = await ask(running.port, ['GET /pid HTTP/1.1']);
    process.kill(Number(first.body), 'SIGKILL');
    await running.until(() => running.log.some(({ event }) => event === 'daemon-died'));
    const began = performance.now();
    const second = await ask(running.port, ['GET /pid HTTP/1.1']);
    expect(second.status).toBe(200);
    expect(second.body).not.toBe(first.body);
    // Others answer 503 for one to three seconds.
    expect(performance.now() - began).toBeLessThan(1000);
    expect(starts(running)).toEqual([first.body, second.body]);
  });

  test('that is killed in a conversation loses that one, which is not run again, and the next is served', async () => {
    gateway = await serveDaemon();
    const running = gateway;
    const { body: pid } = await ask(running.port, ['GET /pid HTTP/1.1']);
    const slow = await RawHttpClient.connect(running.port);
    slow.send('GET /slow HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
    await running.until(async () => (await running.metric('spillway_inflight')) === 1);
    process.kill(Number(pid), 'SIGKILL');
    expect(await slow.untilOver()).toMatch(/^HTTP\/1.1 503 /);
    slow.leave();
    await running.until(async () => (await ask(running.port, ['GET /pid HTTP/1.1'])).status === 200, 3000);
    expect(starts(running)).toHaveLength(2);
  });
});
