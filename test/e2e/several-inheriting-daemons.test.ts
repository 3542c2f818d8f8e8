import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { RawHttpClient } from '../support/raw-http-client.ts';
import { until } from '../support/until.ts';
import { ask } from './ask.ts';
import { RunningSpillway } from './running-spillway.ts';

const daemon = join(import.meta.dirname, 'fixtures/holding-daemon.ts');
const sockets = ['a.sock', 'b.sock', 'c.sock'];

let gateway: RunningSpillway | undefined;

afterEach(async () => {
  const code = gateway === undefined ? 0 : await gateway.stop();
  gateway = undefined;
  expect(code).toBe(0);
});

/** Three addresses, each of which Spillway listens at and hands over to a daemon. */
async function serve(): Promise<RunningSpillway> {
  gateway = await RunningSpillway.start(
    RunningSpillway.folder(),
    `applications:
  held:
    at: /
    scgi:
      address: [${sockets.map((name) => `unix:./${name}`).join(', ')}]
      daemon: { command: [${process.execPath}, ${daemon}, ./], activation: inherit }
    policies: [ fixed ]
`,
  );
  return gateway;
}

/** The process ids in one of the daemons' files, in order. */
function noted(running: RunningSpillway, file: 'starts' | 'held'): string[] {
  const path = join(running.folder, file);
  return existsSync(path) ? readFileSync(path, 'latin1').trim().split('\n') : [];
}

interface Held {
  readonly client: RawHttpClient;
  /** Of the daemon. */
  readonly pid: string;
}

/** A request that is with a daemon, which holds it. */
async function hold(running: RunningSpillway): Promise<Held> {
  const before = noted(running, 'held').length;
  const client = await RawHttpClient.connect(running.port);
  client.send('GET /hold HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
  await running.until(() => noted(running, 'held').length > before);
  return { client, pid: noted(running, 'held').at(-1) ?? '' };
}

/** Lets the daemon answer what it holds, and every of these requests be over. */
async function release(running: RunningSpillway, pid: string, held: readonly Held[]): Promise<void> {
  const go = join(running.folder, `go.${pid}`);
  writeFileSync(go, '');
  for (const { client } of held) {
    expect(await client.untilOver(10_000)).toMatch(new RegExp(`^HTTP/1.1 200 .*${pid}`, 's'));
    client.leave();
  }
  rmSync(go);
}

/** Holds requests until every daemon is up, then lets all of them go. */
async function startAll(running: RunningSpillway): Promise<string[]> {
  const held: Held[] = [];
  while (noted(running, 'starts').length < sockets.length) {
    const started = noted(running, 'starts').length;
    held.push(await hold(running));
    await running.until(() => noted(running, 'starts').length > started || started === sockets.length);
  }
  await ready(running, sockets.length);
  for (const pid of noted(running, 'starts'))
    await release(
      running,
      pid,
      held.filter((one) => one.pid === pid),
    );
  await running.until(async () => (await running.metric('spillway_inflight')) === 0);
  return noted(running, 'starts');
}

const ready = (running: RunningSpillway, count: number): Promise<void> =>
  running.until(() => running.log.filter(({ event }) => event === 'daemon-ready').length >= count);

const runs = (pid: string): boolean => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z';
  } catch {
    return false;
  }
};

describe('several daemons that inherit their sockets', () => {
  test('each get a socket of their own, and a request goes to the least busy of them', async () => {
    const running = await serve();
    const [a = '', b = '', c = ''] = await startAll(running);
    expect(new Set([a, b, c]).size).toBe(3);
    const held: Held[] = [];
    for (let turn = 0; turn < 6; turn++) held.push(await hold(running));
    expect(held.map(({ pid }) => pid)).toEqual([a, b, c, a, b, c]);
    await release(
      running,
      b,
      held.filter(({ pid }) => pid === b),
    );
    await running.until(async () => (await running.metric('spillway_inflight')) === 4);
    const more = [await hold(running), await hold(running)];
    expect(more.map(({ pid }) => pid)).toEqual([b, b]);
    for (const pid of [a, b, c])
      await release(running, pid, [
        ...held.filter((one) => one.pid === pid && pid !== b),
        ...more.filter((one) => one.pid === pid),
      ]);
    expect(noted(running, 'starts')).toEqual([a, b, c]);
  });

  test('one that is killed loses what it holds, visibly; all that comes after is answered, and it is replaced', async () => {
    const running = await serve();
    const [a = '', b = '', c = ''] = await startAll(running);
    const held = [await hold(running), await hold(running), await hold(running)];
    // What a daemon has taken is never given to another.
    const taken = noted(running, 'held');
    const ofB = held.find(({ pid }) => pid === b);
    process.kill(Number(b), 'SIGKILL');
    const end = performance.now() + 5000;
    while (runs(b)) expect(performance.now()).toBeLessThan(end);
    // Now, whether Spillway has noticed or not: its socket takes connections as before.
    const answers = await Promise.all(
      Array.from({ length: 24 }, () => ask(running.port, ['GET /pid HTTP/1.1'])),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(24).fill(200));
    expect(answers.map(({ body }) => body)).not.toContain(b);
    expect(await ofB?.client.untilOver(10_000)).toMatch(/^HTTP\/1.1 503 /);
    ofB?.client.leave();
    for (const pid of [a, c])
      await release(
        running,
        pid,
        held.filter((one) => one.pid === pid),
      );
    expect(noted(running, 'held')).toEqual(taken);
    await running.until(async () => (await running.metric('spillway_inflight')) === 0);
  });

  test('are stopped with the gateway, which takes their sockets away', async () => {
    const running = await serve();
    const pids = await startAll(running);
    expect(sockets.map((name) => existsSync(join(running.folder, name)))).toEqual([true, true, true]);
    running.signal('SIGTERM');
    await until(() => !pids.some(runs), 'the end of the daemons', 15_000);
    await until(() => !sockets.some((name) => existsSync(join(running.folder, name))), 'no socket', 15_000);
  });
});
