import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { ask } from './ask.ts';
import { RunningSpillway } from './running-spillway.ts';

const daemon = join(import.meta.dirname, 'fixtures/echo-daemon.ts');

let gateway: RunningSpillway | undefined;
let children: Bun.Subprocess[] = [];

afterEach(async () => {
  const code = gateway === undefined ? 0 : await gateway.stop();
  gateway = undefined;
  for (const child of children) child.kill('SIGKILL');
  children = [];
  expect(code).toBe(0);
});

/** Two daemons that the gateway starts; the one at `late` needs three seconds for it. */
async function serveKept(late = 'none', more = ''): Promise<RunningSpillway> {
  const script = `case "$0" in */${late}) sleep 3;; esac; exec ${process.execPath} ${daemon} "$0" starts`;
  gateway = await RunningSpillway.start(
    RunningSpillway.folder(),
    `applications:
  echo:
    at: /
    scgi:
      address: [unix:./a.sock, unix:./b.sock]
      daemon: { command: [sh, -c, '${script}', "{address}"]${more} }
    policies: [ fixed ]
`,
  );
  return gateway;
}

/** Two addresses of daemons that somebody else runs. */
async function serveExternal(): Promise<RunningSpillway> {
  gateway = await RunningSpillway.start(
    RunningSpillway.folder(),
    `applications:
  echo: { at: /, scgi: { address: [unix:./a.sock, unix:./b.sock] }, policies: [ fixed ] }
`,
  );
  return gateway;
}

const starts = (running: RunningSpillway): string[] =>
  readFileSync(join(running.folder, 'starts'), 'latin1').trim().split('\n');

const askMany = (running: RunningSpillway, count: number, path = '/pid') =>
  Promise.all(Array.from({ length: count }, () => ask(running.port, [`GET ${path} HTTP/1.1`])));

async function runDaemon(running: RunningSpillway, name: string): Promise<Bun.Subprocess> {
  const file = join(running.folder, `${name}.starts`);
  await Bun.file(file)
    .delete()
    .catch(() => {});
  await Bun.file(join(running.folder, name))
    .delete()
    .catch(() => {});
  const child = Bun.spawn([process.execPath, daemon, join(running.folder, name), file]);
  children.push(child);
  await running.until(() => Bun.file(file).size > 0);
  return child;
}

describe('several daemons', () => {
  test('twelve requests do not all wait for the first of several daemons', async () => {
    const running = await serveKept('a.sock');
    const began = performance.now();
    const answers = await askMany(running, 12);
    expect(performance.now() - began).toBeLessThan(2500);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ body }) => body))).toEqual(new Set(starts(running)));
    expect(starts(running)).toHaveLength(1);
  });

  test('share the requests, and the state of the daemon is one for the application', async () => {
    const running = await serveKept();
    await running.until(async () => {
      await askMany(running, 4, '/slow');
      return starts(running).length === 2;
    });
    await running.until(async () => new Set((await askMany(running, 8)).map(({ body }) => body)).size === 2);
    expect(await running.metric('spillway_daemon_state', 'application="echo"')).toBe(1);
    expect(await running.metric('spillway_daemon_state', 'state="up"')).toBe(1);
    expect(await running.metric('spillway_daemon_starts_total', 'application="echo"')).toBe(2);
  });

  test('one that is killed is left out at once: the other answers every request after it', async () => {
    const running = await serveKept();
    await running.until(async () => {
      await askMany(running, 4, '/slow');
      return starts(running).length === 2;
    });
    const [first = ''] = (await askMany(running, 1)).map(({ body }) => body);
    process.kill(Number(first), 'SIGKILL');
    await running.until(() => running.log.some(({ event }) => event === 'daemon-died'));
    const answers = await askMany(running, 6);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ body }) => body)).has(first)).toBe(false);
  });

  test('that one request after another does not need are retired', async () => {
    const running = await serveKept('none', ', idle_timeout: 600ms');
    await running.until(async () => {
      await askMany(running, 4, '/slow');
      return starts(running).length === 2;
    });
    const before = starts(running);
    await running.until(async () => {
      await askMany(running, 1);
      return running.log.some(({ event }) => event === 'daemon-retired');
    });
    const [last] = (await askMany(running, 1)).map(({ body }) => body);
    expect(before).toContain(last);
    expect(starts(running)).toEqual(before);
  });

  test('may be run by somebody else; without one of them every request is answered by the other', async () => {
    const running = await serveExternal();
    const first = await runDaemon(running, 'a.sock');
    const second = await runDaemon(running, 'b.sock');
    const shared = await askMany(running, 8, '/pid');
    expect(new Set(shared.map(({ status }) => status))).toEqual(new Set([200]));
    first.kill('SIGKILL');
    await first.exited;
    const answers = await askMany(running, 8);
    expect(new Set(answers.map(({ body }) => body))).toEqual(new Set([String(second.pid)]));
  });

  test('a daemon back from the dead is used at once, not answered with 503 for seconds', async () => {
    const running = await serveExternal();
    expect((await askMany(running, 1))[0]?.status).toBe(503);
    const only = await runDaemon(running, 'b.sock');
    const began = performance.now();
    const answers = await askMany(running, 4);
    expect(answers.map(({ body }) => body)).toEqual(Array(4).fill(String(only.pid)));
    expect(performance.now() - began).toBeLessThan(500);
  });
});
