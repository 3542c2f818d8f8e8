import { closeSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { listenUnix } from '../../src/system/listen-unix.ts';
import { peer } from '../support/peer.ts';
import { until } from '../support/until.ts';
import { askScgi } from './ask-scgi.ts';
import { type PreforkRunOptions, RunningPrefork, WORKERS } from './running-prefork.ts';

const python = peer('Python', 'python3');
const perl = peer('Perl', 'perl');
const running: RunningPrefork[] = [];

async function start(run: PreforkRunOptions = {}): Promise<RunningPrefork> {
  const prefork = await RunningPrefork.start(run);
  running.push(prefork);
  return prefork;
}

afterEach(async () => {
  for (const prefork of running.splice(0)) await prefork.close();
});

describe.each([
  ['Python', WORKERS.python, python.available],
  ['TypeScript', WORKERS.typescript, true],
] as const)('with workers in %s', (_, worker, available) => {
  test.runIf(available)('serves every request, and counts them', async () => {
    const prefork = await start({ worker, options: ['--workers', '2'] });
    expect(await prefork.askMany(500, 8)).toMatchObject({ served: 500 });
    expect(await prefork.metric('spillway_prefork_requests_total')).toBe(500);
    expect(await prefork.metric('spillway_prefork_queue_wait_seconds_count')).toBe(500);
    const started = await prefork.metric('spillway_prefork_worker_starts_total');
    await prefork.untilMetric('spillway_prefork_workers{state="idle"}', (value) => value === started);
  });
});

describe.runIf(python.available)('the preforking server', () => {
  test('is found, and says that it is ready, only when a worker is', async () => {
    const prefork = await start({ environment: { WORKER_STARTS_FOR: '0.5' }, awaitReady: false });
    await until(() => prefork.log.includes('prefork-metrics'), 'its metrics', 15_000);
    expect([existsSync(prefork.socket), (await prefork.fetch('/readyz')).status]).toEqual([false, 503]);
    await until(() => existsSync(prefork.socket), 'its socket', 15_000);
    expect((await prefork.fetch('/readyz')).status).toBe(200);
    expect(await prefork.ask()).toBe('served');
  });

  test('starts workers as they are needed, and lets them idle out', async () => {
    const prefork = await start({ options: ['--workers', '4', '--worker-idle-timeout', '200ms'] });
    expect(prefork.workers()).toHaveLength(1);
    expect(await prefork.askMany(4, 4, { path: '/sleep/0.5' })).toMatchObject({ served: 4 });
    expect(await prefork.metric('spillway_prefork_worker_starts_total')).toBeGreaterThan(1);
    await until(() => prefork.workers().length === 1, 'one worker again', 15_000);
    expect(await prefork.metric('spillway_prefork_worker_deaths_total{cause="idle"}')).toBeGreaterThan(0);
  });

  test('gives one that comes alone always to the same worker', async () => {
    const prefork = await start({ options: ['--workers', '3', '--min-workers', '3'] });
    await prefork.untilMetric('spillway_prefork_workers{state="idle"}', (value) => value === 3);
    const first = await prefork.read();
    for (let request = 0; request < 20; request += 1) {
      // Idle again: the worker says so after its answer.
      await prefork.untilMetric('spillway_prefork_workers{state="idle"}', (value) => value === 3);
      expect(await prefork.read()).toBe(first);
    }
  });

  test('refuses beyond its queue, and who waits too long, with 503', async () => {
    const prefork = await start({
      options: ['--workers', '1', '--queue', '2', '--queue-timeout', '300ms'],
    });
    const slow = prefork.ask('/sleep/1.5');
    await prefork.untilMetric('spillway_prefork_workers{state="busy"}', (value) => value === 1);
    expect(await prefork.askMany(6, 6)).toMatchObject({ shed: 6 });
    expect(await prefork.metric('spillway_prefork_shed_total{reason="queue-full"}')).toBe(4);
    expect(await prefork.metric('spillway_prefork_shed_total{reason="queue-timeout"}')).toBe(2);
    expect(await slow).toBe('served');
  });

  test('replaces a worker after its number of requests, and after too much memory', async () => {
    const prefork = await start({
      options: ['--workers', '1', '--max-requests', '10', '--max-memory', '60MiB'],
    });
    expect(await prefork.askMany(100, 4)).toMatchObject({ served: 100 });
    expect(await prefork.metric('spillway_prefork_worker_deaths_total{cause="requests"}')).toBeGreaterThan(7);
    expect(await prefork.ask('/grow')).toBe('served');
    await prefork.untilMetric('spillway_prefork_worker_deaths_total{cause="memory"}', (value) => value === 1);
    expect(await prefork.ask()).toBe('served');
  });

  test('stops by taking its name away first, and serves whom it has and who is queued', async () => {
    const prefork = await start({ options: ['--workers', '1'] });
    const asked = prefork.askMany(4, 4, { path: '/sleep/0.3' });
    await prefork.untilMetric('spillway_prefork_queue_length', (value) => value === 3);
    prefork.signal('SIGTERM');
    await until(() => !existsSync(prefork.socket), 'no socket', 5000);
    expect(prefork.exitCode).toBeUndefined();
    expect(await asked).toMatchObject({ served: 4 });
    expect(await prefork.ended()).toBe(0);
    expect(prefork.workers()).toEqual([]);
  });

  test('ends by itself when nobody comes', async () => {
    const prefork = await start({ options: ['--workers', '1', '--idle-timeout', '2s'] });
    expect(await prefork.ask()).toBe('served');
    expect(await prefork.ended()).toBe(0);
    expect(existsSync(prefork.socket)).toBe(false);
  });

  test('answers who is refused in the middle of sending', async () => {
    const prefork = await start({ options: ['--workers', '1', '--queue', '0'] });
    const slow = prefork.ask('/sleep/1');
    await prefork.untilMetric('spillway_prefork_workers{state="busy"}', (value) => value === 1);
    const socket = connect(prefork.socket);
    let answer = '';
    let failure: unknown;
    socket.on('data', (bytes: Buffer) => {
      answer += bytes.toString('latin1');
    });
    socket.on('error', (error) => {
      failure = error;
    });
    socket.write(Buffer.alloc(2_000_000, 0x31));
    await until(() => answer.includes('Retry-After'), 'an answer');
    socket.destroy();
    expect([answer.slice(0, 31), failure]).toEqual(['Status: 503 Service Unavailable', undefined]);
    expect(await slow).toBe('served');
  });

  test('gives up where no worker ever becomes ready, and says what to do', async () => {
    const prefork = await start({ environment: { WORKER_DIES: 'at-start' }, awaitReady: false });
    expect(await prefork.ended()).toBe(1);
    expect(prefork.log).toContain('[prefork/worker-failed]');
    expect(existsSync(prefork.socket)).toBe(false);
  });
});

test.runIf(python.available)('listens on TCP', async () => {
  const prefork = await start({ listen: '127.0.0.1:0' });
  expect(await askScgi(prefork.port, '/hello')).toContain('/hello by ');
});

test.runIf(python.available)(
  'takes a listening socket that it inherits as standard input, and leaves its name alone',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'prefork-'));
    const path = join(folder, 'inherited.sock');
    const descriptor = listenUnix(path, 16);
    try {
      const prefork = await start({ inherited: descriptor });
      expect(await askScgi(path, '/hello')).toContain('/hello by ');
      prefork.signal('SIGTERM');
      expect(await prefork.ended()).toBe(0);
      expect(existsSync(path)).toBe(true);
    } finally {
      closeSync(descriptor);
      rmSync(folder, { recursive: true });
    }
  },
);

describe.runIf(perl.available)('with workers that accept on their own', () => {
  const options = ['--accept', 'worker', '--workers', '3', '--min-workers', '2'];

  test('serves, replaces the dead, reloads and stops', async () => {
    const prefork = await start({ worker: WORKERS.perl, options });
    await prefork.untilMetric('spillway_prefork_workers{state="accepting"}', (value) => value === 2);
    expect(await prefork.askMany(200, 4)).toMatchObject({ served: 200 });

    await prefork.ask('/die');
    await prefork.untilMetric('spillway_prefork_worker_deaths_total{cause="exited"}', (value) => value === 1);
    await prefork.untilMetric('spillway_prefork_workers{state="accepting"}', (value) => value === 2);
    expect(await prefork.ask()).toBe('served');

    prefork.signal('SIGHUP');
    await prefork.untilMetric('spillway_prefork_worker_deaths_total{cause="reload"}', (value) => value === 2);
    expect(await prefork.ask()).toBe('served');

    const last = prefork.ask('/sleep/0.5');
    await Bun.sleep(0);
    prefork.signal('SIGTERM');
    expect(['served', 'refused']).toContain(await last);
    expect(await prefork.ended()).toBe(0);
    expect(existsSync(prefork.socket)).toBe(false);
  });

  test('has more of them while somebody waits', async () => {
    const prefork = await start({ worker: WORKERS.perl, options });
    const asked = prefork.askMany(8, 8, { path: '/sleep/0.4' });
    await prefork.untilMetric('spillway_prefork_workers{state="accepting"}', (value) => value === 3);
    expect(await asked).toMatchObject({ served: 8 });
  });
});
