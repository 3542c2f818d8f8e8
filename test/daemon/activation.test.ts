import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Address, DaemonConfiguration } from '../../src/config/configuration.ts';
import { DaemonKeeper } from '../../src/daemon/keeper.ts';
import { FileLock } from '../../src/system/file-lock.ts';
import { SystemClock } from '../../src/system/system-clock.ts';
import { openDescriptors } from '../support/open-descriptors.ts';
import { until } from '../support/until.ts';
import { RecordedLog } from './recorded-log.ts';
import { RecordedObserver } from './recorded-observer.ts';

const FIXTURE = join(import.meta.dirname, 'fixtures', 'inheriting-daemon.py');
const clock = new SystemClock();
const soon = () => clock.now() + 10_000;

let directory: string;
let address: Address;
let log: RecordedLog;
let observer: RecordedObserver;
let keepers: DaemonKeeper[];

function keep(modes: string[], configuration: Partial<DaemonConfiguration> = {}): DaemonKeeper {
  const keeper = new DaemonKeeper({
    application: 'wiki',
    scgi: { address, connectTimeoutMs: 1000 },
    daemon: {
      command: ['python3', FIXTURE, ...modes],
      activation: 'inherit',
      startTimeoutMs: 10_000,
      idleTimeoutMs: 60_000,
      quietTimeoutMs: 60_000,
      stopTimeoutMs: 500,
      ...configuration,
    },
    environment: { PATH: process.env.PATH ?? '', NOTES: directory },
    directory,
    clock,
    log,
    observer,
  });
  keepers.push(keeper);
  return keeper;
}

/** The answer; empty where the connection is closed without one; the error's code where it is cut off. */
function ask(request = 'who'): Promise<string> {
  return new Promise((resolve) => {
    const client =
      address.kind === 'unix' ? connect(address.path) : connect({ host: address.host, port: address.port });
    let answer = '';
    client.on('connect', () => client.write(request));
    client.on('data', (data) => {
      answer += data;
    });
    client.on('error', (error) => resolve((error as NodeJS.ErrnoException).code ?? error.message));
    client.on('close', () => resolve(answer));
  });
}

const note = (name: string) => readFileSync(join(directory, name), 'utf8');
const starts = () => (existsSync(join(directory, 'starts')) ? note('starts').trim().split('\n') : []);

function lifeIsFree(): boolean {
  const lock = FileLock.try(join(directory, 'wiki.sock.life'), 'exclusive');
  lock?.release();
  return lock !== undefined;
}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'spillway-activation-'));
  address = { kind: 'unix', path: join(directory, 'wiki.sock') };
  log = new RecordedLog();
  observer = new RecordedObserver();
  keepers = [];
});

afterEach(async () => {
  await Promise.all(keepers.map((keeper) => keeper.stop()));
  rmSync(directory, { recursive: true });
});

describe('a daemon that inherits its socket', () => {
  test.each(['listen-fds', 'stdin'])('finds it by %s', async (source) => {
    expect(await keep([source]).ensure(soon())).toEqual({ up: true });
    expect(await ask()).toBe(starts()[0]);
    expect(observer).toMatchObject({ states: ['starting', 'up'], starts: 1, failures: [] });
  });

  test('has descriptors 0 to 3 and no others, the same socket as 0 and 3', async () => {
    await keep(['listen-fds']).ensure(soon());
    expect(note('descriptors')).toBe('0 1 2 3');
    const [first, second] = note('links').split(' ');
    expect(first).toMatch(/^socket:/);
    expect(second).toBe(first);
  });

  test('has LISTEN_PID of its own, and else the directory and session of any daemon', async () => {
    await keep(['listen-fds']).ensure(soon());
    const [pid] = starts();
    const variables = note('environment').split('\n');
    expect(variables).toEqual(
      expect.arrayContaining(['LISTEN_FDS=1', `LISTEN_PID=${pid}`, `NOTES=${directory}`]),
    );
    const [, , group, session] = note('stat').split(') ')[1]!.split(' ');
    expect([group, session]).toEqual([pid, pid]);
    expect(note('directory')).toBe(directory);
  });

  test('has no variables but those of any daemon and those of its socket', async () => {
    await keep([], { command: ['/usr/bin/env'] }).ensure(soon());
    const names = log.of('daemon-output').map(({ line }) => String(line).split('=')[0]);
    expect(names.filter((name) => name !== '_').sort()).toEqual([
      'LISTEN_FDS',
      'LISTEN_PID',
      'NOTES',
      'PATH',
    ]);
  });

  test('that takes half a second to start loses none of fifty who come meanwhile', async () => {
    const keeper = keep(['listen-fds', 'slow']);
    const began = clock.now();
    const ensured = keeper.ensure(soon());
    await until(() => starts().length === 1, 'the process');
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask()));
    expect(clock.now() - began).toBeGreaterThan(400);
    expect(await ensured).toEqual({ up: true });
    expect(new Set(answers)).toEqual(new Set(starts()));
    expect(starts()).toHaveLength(1);
  });

  test('is up with its first accepted connection, not before', async () => {
    const keeper = keep(['stdin', 'slow']);
    const ensured = keeper.ensure(soon());
    await until(() => starts().length === 1, 'the process');
    await Bun.sleep(200);
    expect(keeper.state).toBe('starting');
    expect(await ensured).toEqual({ up: true });
    expect(observer.durationsMs[0]).toBeGreaterThan(450);
  });

  test('that ends at once is refused with its last words, and leaves neither name nor lock', async () => {
    expect(await keep(['stdin', 'exit']).ensure(soon())).toEqual({ up: false, refusal: 'start-failed' });
    expect(log.of('daemon-refused')).toMatchObject([{ code: 1, lastWords: 'no database: giving up' }]);
    expect(existsSync(join(directory, 'wiki.sock'))).toBe(false);
    expect(lifeIsFree()).toBe(true);
  });

  test('that accepts nothing is refused at the time limit', async () => {
    const keeper = keep(['stdin', 'hang'], { startTimeoutMs: 400 });
    expect(await keeper.ensure(soon())).toEqual({ up: false, refusal: 'start-timeout' });
    expect(lifeIsFree()).toBe(true);
  });

  test('of which there is no program is refused', async () => {
    const keeper = keep([], { command: ['no-such-daemon'] });
    expect(await keeper.ensure(soon())).toEqual({ up: false, refusal: 'start-failed' });
    expect(log.of('daemon-refused')[0]?.message).toMatch(/no-such-daemon/);
  });

  test('that crashes leaves its queue to the next, which is started for it', async () => {
    const keeper = keep(['stdin']);
    await keeper.ensure(soon());
    const crashed = ask('crash');
    await Bun.sleep(50);
    const queued = await Promise.all(Array.from({ length: 20 }, () => ask()));
    await crashed;
    expect(starts()).toHaveLength(2);
    expect(new Set(queued)).toEqual(new Set([starts()[1]]));
    expect(observer.failures).toEqual(['died']);
    await until(() => keeper.state === 'up', 'the successor');
  });

  test('that crashes while nobody waits goes for good, with name and lock', async () => {
    const keeper = keep(['stdin']);
    await keeper.ensure(soon());
    process.kill(Number(starts()[0]), 'SIGKILL');
    await until(() => keeper.state === 'down', 'the death to be seen');
    expect(existsSync(join(directory, 'wiki.sock'))).toBe(false);
    expect(lifeIsFree()).toBe(true);
    expect(await keeper.ensure(soon())).toEqual({ up: true });
  });

  test('that crashes again and again is given up, and who waits in its queue is let go', async () => {
    const keeper = keep(['stdin']);
    await keeper.ensure(soon());
    const asked = Promise.all(Array.from({ length: 8 }, () => ask('crash')));
    await until(() => keeper.state === 'failing', 'the storm to be seen');
    expect(starts().length).toBeLessThan(6);
    await asked;
    expect(existsSync(join(directory, 'wiki.sock'))).toBe(false);
  });

  test('is retired name first, and another keeper of the address adopts it meanwhile', async () => {
    const first = keep(['stdin'], { idleTimeoutMs: 300 });
    const second = keep(['stdin']);
    await first.ensure(soon());
    expect(await second.ensure(soon())).toEqual({ up: true });
    expect(log.of('daemon-adopted')).toHaveLength(1);
    expect(starts()).toHaveLength(1);
    await until(() => first.state === 'down', 'the retirement');
    expect(existsSync(join(directory, 'wiki.sock'))).toBe(false);
    expect(lifeIsFree()).toBe(true);
  });

  test('has a socket that nobody else may use, or the group that may write to its directory', async () => {
    await keep(['stdin']).ensure(soon());
    expect(statSync(join(directory, 'wiki.sock')).mode & 0o777).toBe(0o600);
    await keepers[0]?.stop();
    chmodSync(directory, 0o770);
    await keep(['stdin']).ensure(soon());
    expect(statSync(join(directory, 'wiki.sock')).mode & 0o777).toBe(0o660);
  });

  test('may have a TCP address', async () => {
    const free = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } });
    address = { kind: 'tcp', host: '127.0.0.1', port: free.port };
    free.stop(true);
    const keeper = keep(['listen-fds', 'slow']);
    const ensured = keeper.ensure(soon());
    await until(() => starts().length === 1, 'the process');
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask()));
    expect(await ensured).toEqual({ up: true });
    expect(new Set(answers)).toEqual(new Set(starts()));
    await keeper.stop();
    expect(await ask()).toBe('ECONNREFUSED');
  });

  test('leaves no descriptor open in the keeper', async () => {
    const cycle = async () => {
      const keeper = keep(['stdin']);
      await keeper.ensure(soon());
      await keeper.stop();
    };
    await cycle();
    const before = openDescriptors();
    for (let round = 0; round < 4; round += 1) await cycle();
    await until(() => openDescriptors() <= before, `no more than ${before} descriptors`);
  });
});
