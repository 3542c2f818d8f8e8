import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DaemonConfiguration } from '../../src/config/configuration.ts';
import { DaemonKeeper } from '../../src/daemon/keeper.ts';
import { FileLock } from '../../src/system/file-lock.ts';
import { SystemClock } from '../../src/system/system-clock.ts';
import { until } from '../support/until.ts';
import { RecordedLog } from './recorded-log.ts';
import { RecordedObserver } from './recorded-observer.ts';

const FIXTURE = join(import.meta.dirname, 'fixtures', 'daemon.py');
const CONTENDER = join(import.meta.dirname, 'fixtures', 'contender.ts');
const clock = new SystemClock();
const soon = () => clock.now() + 10_000;

let directory: string;
let socket: string;
let log: RecordedLog;
let observer: RecordedObserver;
let keepers: DaemonKeeper[];

/** A keeper of the fixture in these modes. */
function keep(modes: string[] = [], configuration: Partial<DaemonConfiguration> = {}): DaemonKeeper {
  const keeper = new DaemonKeeper({
    application: 'wiki',
    scgi: { address: { kind: 'unix', path: socket }, connectTimeoutMs: 1000 },
    daemon: {
      command: ['python3', FIXTURE, socket, ...modes],
      activation: 'bind',
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

const note = (name: string) => readFileSync(join(directory, name), 'utf8');
const starts = () => (existsSync(join(directory, 'starts')) ? note('starts').trim().split('\n').length : 0);

/** A process that runs: not one that has ended and waits to be reaped. */
function runs(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

function lifeIsFree(): boolean {
  const lock = FileLock.try(`${socket}.life`, 'exclusive');
  lock?.release();
  return lock !== undefined;
}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'spillway-daemon-'));
  socket = join(directory, 'wiki.sock');
  log = new RecordedLog();
  observer = new RecordedObserver();
  keepers = [];
});

afterEach(async () => {
  await Promise.all(keepers.map((keeper) => keeper.stop()));
  for (const pid of existsSync(join(directory, 'starts'))
    ? note('starts').trim().split('\n').map(Number)
    : []) {
    expect(runs(pid)).toBe(false);
  }
  rmSync(directory, { recursive: true });
});

test('fifty who ask at once get one daemon', async () => {
  const keeper = keep();
  const answers = await Promise.all(Array.from({ length: 50 }, () => keeper.ensure(soon())));
  expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(new Set(['{"up":true}']));
  expect(starts()).toBe(1);
  expect(note('wiki.sock.life')).toMatch(
    new RegExp(`^keeper ${process.pid} [0-9]+\ndaemon ${note('starts').trim()} [0-9]+\n$`),
  );
  await until(() => log.of('daemon-output').length > 0, 'a line of output');
  expect(log.of('daemon-output')).toEqual([{ application: 'wiki', line: 'listening' }]);
});

test('keepers of one socket start one daemon, the others adopt it', async () => {
  const many = Array.from({ length: 5 }, () => keep(['slow']));
  for (const answer of await Promise.all(many.map((keeper) => keeper.ensure(soon())))) {
    expect(answer).toEqual({ up: true });
  }
  expect(starts()).toBe(1);
  expect(log.of('daemon-adopted')).toHaveLength(4);
});

test('keepers in several processes start one daemon', async () => {
  const contenders = Array.from({ length: 3 }, () =>
    spawn(process.execPath, [CONTENDER, socket, 'python3', FIXTURE, socket, 'slow'], {
      env: { PATH: process.env.PATH, NOTES: directory },
      stdio: ['pipe', 'pipe', 'inherit'],
    }),
  );
  const answers = await Promise.all(
    contenders.map(
      ({ stdout }) => new Promise((resolve) => stdout.once('data', (data) => resolve(String(data)))),
    ),
  );
  expect(answers).toEqual(Array(3).fill('{"up":true}\n'));
  expect(starts()).toBe(1);
  const ended = contenders.map((contender) => new Promise((resolve) => contender.once('exit', resolve)));
  for (const { stdin } of contenders) stdin.end();
  await Promise.all(ended);
  expect(existsSync(socket)).toBe(false);
});

test('the daemon leads a session of its own and inherits no descriptor, limit or variable of the gateway', async () => {
  const open = readdirSync('/proc/self/fd').length;
  expect(open).toBeGreaterThan(3);
  await keep(['describe']).ensure(soon());
  const pid = note('starts').trim();
  // Fields of /proc/[pid]/stat after the name in brackets: state, parent, group, session.
  const [, , group, session] = note('stat').split(') ')[1]!.split(' ');
  expect([group, session]).toEqual([pid, pid]);
  const descriptors = note('descriptors')
    .split('\n')
    .map((line) => line.split(' '));
  expect(descriptors.map(([number]) => number).sort()).toEqual(['0', '1', '2']);
  expect(descriptors.find(([number]) => number === '0')?.[1]).toBe('/dev/null');
  expect(note('limits')).toMatch(/Max open files\s+1024 /);
  expect(note('environment').split('\n')).toEqual(expect.arrayContaining(['NOTES', 'PATH']));
  expect(note('environment')).not.toMatch(/HOME|VITEST|USER/);
  expect(note('directory')).toBe(directory);
});

test('a daemon that ends while it starts is refused, and its last words are in the log', async () => {
  expect(await keep(['complain']).ensure(soon())).toEqual({ up: false, refusal: 'start-failed' });
  expect(log.of('daemon-refused')).toMatchObject([
    { code: 1, lastWords: 'starting up\nno database: giving up' },
  ]);
  expect(lifeIsFree()).toBe(true);
});

describe('a command that cannot be run', () => {
  test.each([
    ['no such program', { command: ['/nowhere/daemon'] }, /no program/],
    ['no permission', { command: [FIXTURE] }, /no program/],
  ])('%s: is refused and told', async (_name, configuration, message) => {
    expect(await keep([], configuration).ensure(soon())).toEqual({ up: false, refusal: 'start-failed' });
    expect(log.of('daemon-refused')[0]?.message).toMatch(message);
  });
});

test('a daemon that hangs at its start is killed with its group before the lock is free', async () => {
  const ensured = keep(['grandchild', 'deaf', 'hang'], { startTimeoutMs: 2000 }).ensure(soon());
  await until(() => existsSync(join(directory, 'grandchild')) && note('grandchild') !== '', 'a grandchild');
  const processes = [Number(note('starts')), Number(note('grandchild'))];
  let overlap = false;
  await until(() => {
    // In this order: a lock that is free before the last one is gone must be caught.
    const free = lifeIsFree();
    if (free && processes.some(runs)) overlap = true;
    return free;
  }, 'the lock to be free');
  expect(await ensured).toEqual({ up: false, refusal: 'start-timeout' });
  expect(overlap).toBe(false);
  expect(processes.some(runs)).toBe(false);
});

test('a socket file that a dead daemon left is removed', async () => {
  const left = spawnSync('python3', [
    '-c',
    'import socket,sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])',
    socket,
  ]);
  expect(left.status).toBe(0);
  expect(existsSync(socket)).toBe(true);
  expect(await keep().ensure(soon())).toEqual({ up: true });
});

test('a file that is no socket stays, and the start is refused', async () => {
  writeFileSync(socket, 'precious');
  expect(await keep().ensure(soon())).toEqual({ up: false, refusal: 'start-failed' });
  expect(readFileSync(socket, 'utf8')).toBe('precious');
  expect(starts()).toBe(0);
});

test('a living socket with a full backlog is neither unlinked nor joined by a second daemon', async () => {
  const first = keep(['stuck']);
  await first.ensure(soon());
  const clients: Socket[] = [];
  for (let refused = false; !refused; ) {
    const client = connect(socket);
    clients.push(client);
    refused = await new Promise<boolean>((resolve) => {
      client.once('connect', () => resolve(false));
      client.once('error', () => resolve(true));
    });
    expect(clients.length).toBeLessThan(10);
  }
  const inode = () =>
    Bun.file(socket)
      .stat()
      .then(({ ino }) => ino);
  const before = await inode();
  const second = keep();
  expect(await second.ensure(soon())).toEqual({ up: true });
  first.suspect();
  second.suspect();
  await Bun.sleep(50);
  expect([first.state, second.state, await inode(), starts()]).toEqual(['up', 'up', before, 1]);
  for (const client of clients) client.destroy();
});

test('where the lock file cannot be made the daemon is not started', async () => {
  const elsewhere = join(directory, 'missing');
  socket = join(elsewhere, 'wiki.sock');
  expect(await keep().ensure(soon())).toEqual({ up: false, refusal: 'lock-failed' });
  mkdirSync(elsewhere);
  mkdirSync(`${socket}.life`);
  expect(await keep().ensure(soon())).toEqual({ up: false, refusal: 'lock-failed' });
  expect(starts()).toBe(0);
});

test('a daemon that dies is down, and its successor starts over what it left', async () => {
  const keeper = keep();
  await keeper.ensure(soon());
  process.kill(Number(note('starts')), 'SIGKILL');
  await until(() => keeper.state === 'down', 'the death to be seen');
  expect(existsSync(socket)).toBe(true);
  expect(await keeper.ensure(soon())).toEqual({ up: true });
  expect(starts()).toBe(2);
  expect(log.of('daemon-died')).toMatchObject([{ signal: 'SIGKILL', lastWords: 'listening' }]);
});

test('a command that goes into the background is told to stay in the foreground', async () => {
  const keeper = keep(['background']);
  await keeper.ensure(soon());
  await until(() => log.of('daemon-died').length + log.of('daemon-refused').length > 0, 'a word about it');
  const [told] = [...log.of('daemon-died'), ...log.of('daemon-refused')];
  expect(told?.message).toMatch(/foreground/);
  process.kill(Number(note('background')), 'SIGKILL');
});

test('an idle daemon is retired, name first; one in conversation is not', async () => {
  const keeper = keep([], { idleTimeoutMs: 150 });
  keeper.enter();
  await keeper.ensure(soon());
  await Bun.sleep(300);
  expect(keeper.state).toBe('up');
  keeper.leave();
  await until(() => keeper.state === 'down', 'the retirement');
  expect(existsSync(socket)).toBe(false);
  expect(lifeIsFree()).toBe(true);
});

test('a keeper that adopted a daemon asks for another when its keeper has retired it', async () => {
  const first = keep();
  const second = keep();
  await first.ensure(soon());
  await second.ensure(soon());
  await first.stop();
  expect(second.state).toBe('up');
  expect(await second.ensure(soon())).toEqual({ up: true });
  expect(starts()).toBe(2);
});

test('a stop ends the whole group, removes the socket and empties the lock file', async () => {
  const keeper = keep(['grandchild', 'deaf']);
  await keeper.ensure(soon());
  const processes = [Number(note('starts')), Number(note('grandchild'))];
  expect(processes.every(runs)).toBe(true);
  await keeper.stop();
  expect(processes.some(runs)).toBe(false);
  expect(existsSync(socket)).toBe(false);
  expect(note('wiki.sock.life')).toBe('');
  expect(await keeper.ensure(soon())).toEqual({ up: false, refusal: 'stopping' });
});

test('starts and retirements leak no descriptor', async () => {
  const count = () => readdirSync('/proc/self/fd').length;
  const cycle = async () => {
    const keeper = keep();
    await keeper.ensure(soon());
    keeper.enter();
    keeper.leave();
    await keeper.stop();
  };
  await cycle();
  const before = count();
  for (let round = 0; round < 5; round += 1) await cycle();
  await until(() => count() <= before, `no more than ${before} descriptors`);
});

test('the daemon behind a TCP port is kept in the same way, with its locks in the directory', async () => {
  const free = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } });
  const { port } = free;
  free.stop(true);
  const keeper = new DaemonKeeper({
    application: 'wiki',
    scgi: { address: { kind: 'tcp', host: '127.0.0.1', port }, connectTimeoutMs: 1000 },
    daemon: {
      command: ['python3', FIXTURE, String(port)],
      activation: 'bind',
      startTimeoutMs: 10_000,
      idleTimeoutMs: 60_000,
      quietTimeoutMs: 60_000,
      stopTimeoutMs: 500,
    },
    environment: { PATH: process.env.PATH ?? '', NOTES: directory },
    directory,
    clock,
    log,
    observer,
  });
  keepers.push(keeper);
  expect(await keeper.ensure(soon())).toEqual({ up: true });
  expect(note(`scgi-127.0.0.1-${port}.life`)).toContain(`daemon ${note('starts').trim()} `);
  await keeper.stop();
  expect(runs(Number(note('starts')))).toBe(false);
});
