import { existsSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { peer } from '../support/peer.ts';
import { until } from '../support/until.ts';
import { type PreforkRunOptions, RunningPrefork, WORKERS } from './running-prefork.ts';

const python = peer('Python', 'python3');
const running: RunningPrefork[] = [];
const sockets: Socket[] = [];

async function start(run: PreforkRunOptions = {}): Promise<RunningPrefork> {
  const prefork = await RunningPrefork.start(run);
  running.push(prefork);
  return prefork;
}

/** Connections that send nothing; those whom nobody accepted any more are left out. */
async function connectSilently(path: string, count: number): Promise<Socket[]> {
  const connected = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<Socket | undefined>((resolve) => {
          const socket = connect(path);
          sockets.push(socket);
          socket.once('connect', () => resolve(socket));
          socket.on('error', () => resolve(undefined));
        }),
    ),
  );
  return connected.filter((socket) => socket !== undefined);
}

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const prefork of running.splice(0)) await prefork.close();
});

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone meanwhile.
  }
}

describe.runIf(python.available)('the preforking server', () => {
  test.each([
    ['Python', WORKERS.python],
    ['TypeScript', WORKERS.typescript],
  ])(
    'loses at most one request for each worker that is killed, every 100 ms under load (%s)',
    async (_, worker) => {
      const prefork = await start({ worker, options: ['--workers', '3', '--min-workers', '2'] });
      let kills = 0;
      const killer = setInterval(() => {
        const workers = prefork.workers();
        const victim = workers[kills % Math.max(1, workers.length)];
        if (victim === undefined) return;
        kill(victim, 'SIGKILL');
        kills += 1;
      }, 100);
      const answers = await prefork.askMany(Number.POSITIVE_INFINITY, 8, { deadlineMs: 4000 });
      clearInterval(killer);
      expect(kills).toBeGreaterThan(5);
      // How many depends on how fast workers start here.
      expect(answers.served).toBeGreaterThan(0);
      expect([answers.silence, answers.refused]).toEqual([0, 0]);
      expect(answers.cut + answers['bad-gateway']).toBeLessThanOrEqual(kills);
      expect(await prefork.ask()).toBe('served');
    },
    40_000,
  );

  test('gives a request to another worker where one dies before it has acknowledged it, then says 502', async () => {
    const prefork = await start({ options: ['--workers', '1'], environment: { WORKER_DIES: 'before-took' } });
    expect(await prefork.ask()).toBe('bad-gateway');
    expect(await prefork.metric('spillway_prefork_worker_deaths_total{cause="killed"}')).toBe(3);
    expect(await prefork.metric('spillway_prefork_requests_total')).toBe(0);
  });

  test('cuts the request of a worker that dies in the middle, and serves the next', async () => {
    const prefork = await start({ options: ['--workers', '1'] });
    expect(await prefork.ask('/die')).toBe('cut');
    expect(await prefork.ask()).toBe('served');
  });

  test('gives a request to another worker where one has stopped answering', async () => {
    const prefork = await start({
      options: ['--workers', '2', '--min-workers', '2', '--hand-over-timeout', '300ms'],
    });
    await prefork.untilMetric('spillway_prefork_workers{state="idle"}', (value) => value === 2);
    const stopped = prefork.workers();
    for (const pid of stopped) kill(pid, 'SIGSTOP');
    expect(await prefork.ask()).toBe('served');
    expect(
      await prefork.metric('spillway_prefork_worker_deaths_total{cause="hand-over-timeout"}'),
    ).toBeGreaterThan(0);
    expect(await prefork.askMany(50, 4)).toMatchObject({ served: 50 });
  });

  test('ends a worker that takes too long for a request', async () => {
    const prefork = await start({ options: ['--workers', '1', '--request-timeout', '300ms'] });
    expect(await prefork.ask('/sleep/30')).toBe('cut');
    expect(await prefork.ask()).toBe('served');
  });

  test('serves beside 2,000 connections that send nothing, and closes them in time', async () => {
    const prefork = await start({ options: ['--workers', '2', '--silence-timeout', '3s'] });
    const silent = await connectSilently(prefork.socket, 2000);
    expect(silent).toHaveLength(2000);
    await prefork.untilMetric('spillway_prefork_silent_connections', (value) => value > 1000);
    expect(await prefork.askMany(200, 4)).toMatchObject({ served: 200 });
    expect(await prefork.metric('spillway_prefork_requests_total')).toBe(200);
    await prefork.untilMetric(
      'spillway_prefork_closed_total{reason="silent"}',
      (value) => value === 2000,
      20_000,
    );
    expect(await prefork.metric('spillway_prefork_silent_connections')).toBe(0);
  }, 60_000);

  test('serves with next to no descriptors: who says nothing longest makes room', async () => {
    const prefork = await start({ options: ['--workers', '2'], descriptors: 72 });
    await connectSilently(prefork.socket, 300);
    expect(await prefork.askMany(100, 20)).toMatchObject({ served: 100 });
    expect(await prefork.metric('spillway_prefork_closed_total{reason="silent"}')).toBeGreaterThan(200);
  }, 40_000);

  test('goes on when the system has no descriptor left, and lets wait meanwhile', async () => {
    // Fewer than it keeps for its own files: accepting fails, not only pauses.
    const prefork = await start({ options: ['--workers', '1'], descriptors: 34 });
    expect(await prefork.askMany(100, 40)).toMatchObject({ silence: 0, cut: 0 });
    expect(await prefork.ask()).toBe('served');
  }, 40_000);

  test('leaves no worker behind when it is killed itself', async () => {
    const prefork = await start({ options: ['--workers', '2', '--min-workers', '2'] });
    await prefork.untilMetric('spillway_prefork_workers{state="idle"}', (value) => value === 2);
    const workers = prefork.workers();
    prefork.signal('SIGKILL');
    await prefork.ended();
    await until(() => workers.every((pid) => !existsSync(`/proc/${pid}`)), 'the end of the workers');
    expect(workers).toHaveLength(2);
  });

  test('does not storm when workers begin to die at once, and recovers', async () => {
    const prefork = await start({
      options: ['--workers', '4', '--start-timeout', '1s', '--queue-timeout', '1s'],
    });
    // From now on nobody becomes ready: the program is stopped as soon as it runs.
    let starts = 0;
    const seen = new Set(prefork.workers());
    for (const pid of seen) kill(pid, 'SIGKILL');
    const storm = setInterval(() => {
      for (const pid of prefork.workers()) {
        if (seen.has(pid)) continue;
        seen.add(pid);
        starts += 1;
        kill(pid, 'SIGKILL');
      }
    }, 5);
    expect(await prefork.askMany(20, 20)).toMatchObject({ silence: 0 });
    await Bun.sleep(0);
    clearInterval(storm);
    expect(starts).toBeLessThan(40);
    const end = performance.now() + 15_000;
    let answer = await prefork.ask();
    while (answer !== 'served' && performance.now() < end) answer = await prefork.ask();
    expect(answer).toBe('served');
    await until(() => prefork.exitCode === undefined, 'a server that lives');
  }, 60_000);
});

describe.runIf(python.available)('a reload on hang-up', () => {
  /** On a slow machine as many as there is time for. */
  const REQUESTS = 10_000;

  test(`loses none of ${REQUESTS} requests under load`, async () => {
    const prefork = await start({ options: ['--workers', '2', '--min-workers', '2', '--queue', '64'] });
    const former = prefork.workers();
    let reloads = 0;
    const reloader = setInterval(() => {
      reloads += 1;
      prefork.signal('SIGHUP');
    }, 500);
    const answers = await prefork.askMany(REQUESTS, 8, { deadlineMs: 30_000 });
    clearInterval(reloader);
    const asked = Object.values(answers).reduce((sum, count) => sum + count, 0);
    expect(answers).toEqual({ served: asked, shed: 0, 'bad-gateway': 0, cut: 0, refused: 0, silence: 0 });
    expect(reloads).toBeGreaterThan(0);
    await prefork.untilMetric('spillway_prefork_worker_deaths_total{cause="reload"}', (value) => value >= 2);
    expect(prefork.workers().filter((pid) => former.includes(pid))).toEqual([]);
  }, 60_000);
});
