import { mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DaemonConfiguration } from '../../src/config/configuration.ts';
import { DaemonKeeper } from '../../src/daemon/keeper.ts';
import type { KeeperOptions } from '../../src/daemon/keeper-options.ts';
import type { Reachability } from '../../src/daemon/reachability.ts';
import { FileLock } from '../../src/system/file-lock.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { FakeDaemon } from './fake-daemon.ts';
import { RecordedLog } from './recorded-log.ts';
import { RecordedObserver } from './recorded-observer.ts';

const CONFIGURATION: DaemonConfiguration = {
  command: ['/bin/wiki'],
  activation: 'bind',
  startTimeoutMs: 10_000,
  idleTimeoutMs: 60_000,
  quietTimeoutMs: 20_000,
  stopTimeoutMs: 5000,
};

let directory: string;
let socket: string;
let clock: VirtualClock;
let daemon: FakeDaemon;
let log: RecordedLog;
let observer: RecordedObserver;
let keeper: DaemonKeeper;

function makeKeeper(options: Partial<KeeperOptions> = {}): DaemonKeeper {
  return new DaemonKeeper({
    application: 'wiki',
    scgi: { address: { kind: 'tcp', host: '127.0.0.1', port: 4000 }, connectTimeoutMs: 1000 },
    daemon: CONFIGURATION,
    environment: { PATH: '/usr/bin' },
    directory,
    clock,
    log,
    observer,
    launcher: daemon.launcher,
    probe: daemon.probe,
    ...options,
  });
}

const life = () => join(directory, 'scgi-127.0.0.1-4000.life');
const use = () => join(directory, 'scgi-127.0.0.1-4000.use');

/** Whether nobody holds the life lock. */
function lifeIsFree(): boolean {
  const lock = FileLock.try(life(), 'exclusive');
  lock?.release();
  return lock !== undefined;
}

async function bringUp(): Promise<void> {
  const ensured = keeper.ensure(clock.now() + 1000);
  await clock.advanceAsync(10);
  expect(await ensured).toEqual({ up: true });
}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'spillway-keeper-'));
  socket = join(directory, 'wiki.sock');
  clock = new VirtualClock();
  daemon = new FakeDaemon();
  log = new RecordedLog();
  observer = new RecordedObserver();
  keeper = makeKeeper();
});

afterEach(async () => {
  daemon.found = 'when up';
  const stopped = keeper.stop();
  await clock.advanceAsync(60_000);
  await stopped;
  rmSync(directory, { recursive: true });
});

describe('a start', () => {
  test('goes from down through starting to up, under the life lock', async () => {
    expect(keeper.state).toBe('down');
    const ensured = keeper.ensure(1000);
    expect(keeper.state).toBe('starting');
    await clock.advanceAsync(10);
    expect(await ensured).toEqual({ up: true });
    expect(keeper.state).toBe('up');
    expect(lifeIsFree()).toBe(false);
    expect(observer).toMatchObject({ states: ['starting', 'up'], starts: 1, failures: [], durationsMs: [5] });
    expect(daemon.launches[0]).toMatchObject({
      command: ['/bin/wiki'],
      directory,
      environment: { PATH: '/usr/bin' },
    });
  });

  test('is one for all who ask, and each hears at its own deadline', async () => {
    daemon.found = 'absent';
    const patient = keeper.ensure(5000);
    const hasty = keeper.ensure(100);
    await clock.advanceAsync(100);
    expect(await hasty).toEqual({ up: false, refusal: 'start-timeout' });
    daemon.found = 'listening';
    await clock.advanceAsync(100);
    expect(await patient).toEqual({ up: true });
    expect(daemon.processes).toHaveLength(1);
  });

  test('goes on behind an ensure whose deadline is now', async () => {
    const ensured = keeper.ensure(0);
    await clock.advanceAsync(10);
    expect(await ensured).toEqual({ up: false, refusal: 'start-timeout' });
    expect(keeper.state).toBe('up');
  });

  test('that ends by itself is refused at once, with its last words in the log', async () => {
    daemon.onLaunch = (process) => {
      process.words = 'no database';
      process.exit(3);
    };
    const ensured = keeper.ensure(1000);
    await clock.advanceAsync(10);
    expect(await ensured).toEqual({ up: false, refusal: 'start-failed' });
    expect(keeper.state).toBe('down');
    expect(lifeIsFree()).toBe(true);
    expect(observer.failures).toEqual(['start-failed']);
    expect(log.of('daemon-refused')).toMatchObject([
      { application: 'wiki', code: 3, lastWords: 'no database', message: 'ended by itself with code 3' },
    ]);
  });

  test('whose command cannot be run is refused, and told once however often it is tried', async () => {
    daemon.fault = new Error('no such program');
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const ensured = keeper.ensure(clock.now() + 1000);
      await clock.advanceAsync(10);
      expect(await ensured).toEqual({ up: false, refusal: 'start-failed' });
    }
    expect(log.of('daemon-refused')).toHaveLength(1);
    expect(observer.failures).toHaveLength(3);
  });

  test('that takes too long is killed with its group before the lock is free', async () => {
    daemon.found = 'absent';
    daemon.onLaunch = (process) => {
      process.deaf = true;
    };
    const ensured = keeper.ensure(60_000);
    await clock.advanceAsync(10_100);
    expect(daemon.last?.signals).toEqual(['SIGTERM']);
    expect(lifeIsFree()).toBe(false);
    await clock.advanceAsync(500);
    expect(daemon.last?.signals).toEqual(['SIGTERM', 'group SIGKILL']);
    expect(await ensured).toEqual({ up: false, refusal: 'start-timeout' });
    expect(lifeIsFree()).toBe(true);
  });

  test('finds a daemon that somebody else runs, and adopts it', async () => {
    daemon.found = 'listening';
    await bringUp();
    expect(daemon.launches).toEqual([]);
    expect(lifeIsFree()).toBe(true);
    await clock.advanceAsync(10 * CONFIGURATION.idleTimeoutMs);
    expect(keeper.state).toBe('up');
  });

  test('looks once more with the lock in hand: somebody may have started it meanwhile', async () => {
    const found: Reachability[] = ['absent', 'listening'];
    keeper = makeKeeper({ probe: () => Promise.resolve(found.shift() ?? 'listening') });
    await bringUp();
    expect(daemon.launches).toEqual([]);
    expect(lifeIsFree()).toBe(true);
  });

  test('takes a full backlog for a daemon that lives', async () => {
    daemon.found = 'busy';
    await bringUp();
    expect(daemon.launches).toEqual([]);
  });

  test('does not touch what it may not connect to', async () => {
    daemon.found = 'denied';
    const ensured = keeper.ensure(1000);
    await clock.advanceAsync(10);
    expect(await ensured).toEqual({ up: false, refusal: 'start-failed' });
    expect(daemon.launches).toEqual([]);
  });

  test('waits while somebody else holds the life lock, and takes over when it is given back', async () => {
    const other = FileLock.try(life(), 'exclusive');
    const ensured = keeper.ensure(5000);
    await clock.advanceAsync(2000);
    expect(daemon.launches).toEqual([]);
    other?.release();
    await clock.advanceAsync(200);
    expect(await ensured).toEqual({ up: true });
    expect(daemon.launches).toHaveLength(1);
  });

  test('gives up waiting for the life lock after the time that a start may take', async () => {
    const other = FileLock.try(life(), 'exclusive');
    const ensured = keeper.ensure(60_000);
    await clock.advanceAsync(CONFIGURATION.startTimeoutMs);
    expect(await ensured).toEqual({ up: false, refusal: 'lock-timeout' });
    expect(keeper.state).toBe('down');
    other?.release();
  });

  test('is refused where there can be no lock', async () => {
    keeper = makeKeeper({ lockDirectory: join(directory, 'missing') });
    const ensured = keeper.ensure(1000);
    await clock.advanceAsync(10);
    expect(await ensured).toEqual({ up: false, refusal: 'lock-failed' });
    expect(log.of('daemon-refused')).toMatchObject([{ refusal: 'lock-failed' }]);
    expect(daemon.launches).toEqual([]);
  });
});

describe('a storm of starts', () => {
  const failOnce = async () => {
    const ensured = keeper.ensure(clock.now() + 1000);
    await clock.advanceAsync(10);
    return ensured;
  };

  test('ends in failing, which refuses without a process until the score has fallen', async () => {
    daemon.onLaunch = (process) => process.exit(1);
    for (let attempt = 0; attempt < 4; attempt += 1) {
      expect(await failOnce()).toEqual({ up: false, refusal: 'start-failed' });
    }
    expect(keeper.state).toBe('failing');
    expect(await keeper.ensure(clock.now() + 1000)).toEqual({ up: false, refusal: 'start-storm' });
    expect(daemon.processes).toHaveLength(4);
    expect(log.of('daemon-start-storm')).toHaveLength(1);

    await clock.advanceAsync(2000);
    expect(keeper.state).toBe('down');
    daemon.onLaunch = () => {};
    await bringUp();
  });

  test('of a daemon that dies as soon as it is up, is one as well', async () => {
    for (let life = 0; life < 4; life += 1) {
      await bringUp();
      daemon.last?.exit(undefined, 'SIGSEGV');
      await clock.advanceAsync(0);
    }
    expect(keeper.state).toBe('failing');
    expect(observer.failures).toEqual(['died', 'died', 'died', 'died', 'start-storm']);
  });
});

describe('a daemon that is up', () => {
  beforeEach(bringUp);

  test('and dies is down at once; the next ensure starts another', async () => {
    daemon.last!.words = 'segmentation fault';
    daemon.last?.exit(undefined, 'SIGSEGV');
    await clock.advanceAsync(0);
    expect(keeper.state).toBe('down');
    expect(lifeIsFree()).toBe(true);
    expect(log.of('daemon-died')).toMatchObject([{ signal: 'SIGSEGV', lastWords: 'segmentation fault' }]);
    await bringUp();
    expect(daemon.processes).toHaveLength(2);
  });

  test('and dies before others of its group, has them killed before the lock is free', async () => {
    daemon.last!.others = true;
    daemon.last?.exit(1);
    await clock.advanceAsync(0);
    expect(keeper.state).toBe('retiring');
    const ensured = keeper.ensure(clock.now() + 60_000);
    await clock.advanceAsync(CONFIGURATION.stopTimeoutMs - 10);
    expect(lifeIsFree()).toBe(false);
    await clock.advanceAsync(20);
    expect(daemon.processes[0]?.signals).toEqual(['SIGTERM', 'group SIGTERM', 'group SIGKILL']);
    await clock.advanceAsync(10);
    expect(await ensured).toEqual({ up: true });
  });

  test('and left itself running in the background is told of: commands stay in the foreground', async () => {
    daemon.found = 'listening';
    daemon.last?.exit(0);
    await clock.advanceAsync(0);
    expect(log.of('daemon-died')).toMatchObject([{ message: expect.stringContaining('foreground') }]);
  });

  test('is retired when no conversation came for the idle time', async () => {
    await clock.advanceAsync(CONFIGURATION.idleTimeoutMs - 20);
    expect(keeper.state).toBe('up');
    await clock.advanceAsync(30);
    expect(keeper.state).toBe('down');
    expect(daemon.last?.signals).toEqual(['SIGTERM']);
    expect(log.of('daemon-retired')).toMatchObject([{ reason: 'idle' }]);
    const unused = FileLock.try(use(), 'exclusive');
    expect(unused).toBeDefined();
    unused?.release();
    expect(observer.failures).toEqual([]);
  });

  test('counts the idle time from the end of the last conversation', async () => {
    keeper.enter();
    await clock.advanceAsync(10 * CONFIGURATION.idleTimeoutMs);
    expect(keeper.state).toBe('up');
    keeper.leave();
    await clock.advanceAsync(CONFIGURATION.idleTimeoutMs - 1);
    expect(keeper.state).toBe('up');
    await clock.advanceAsync(1);
    expect(keeper.state).toBe('down');
  });

  test('is retired when requests went elsewhere for the quiet time', async () => {
    keeper.notNeeded();
    await clock.advanceAsync(CONFIGURATION.quietTimeoutMs - 1);
    keeper.notNeeded();
    expect(keeper.state).toBe('up');
    await clock.advanceAsync(1);
    expect(keeper.state).toBe('down');
    expect(log.of('daemon-retired')).toMatchObject([{ reason: 'quiet' }]);
  });

  test('is not quiet when a conversation came in between', async () => {
    keeper.notNeeded();
    await clock.advanceAsync(CONFIGURATION.quietTimeoutMs - 1);
    keeper.enter();
    keeper.leave();
    await clock.advanceAsync(CONFIGURATION.quietTimeoutMs);
    expect(keeper.state).toBe('up');
  });

  test('is not retired in the middle of a conversation of somebody else, but after it', async () => {
    const other = FileLock.try(use(), 'shared');
    utimesSync(use(), 0, 0);
    await clock.advanceAsync(CONFIGURATION.idleTimeoutMs + 10);
    expect(keeper.state).toBe('up');
    other?.release();
    await clock.advanceAsync(CONFIGURATION.idleTimeoutMs);
    expect(keeper.state).toBe('down');
  });

  test('is not retired when somebody else used it a moment ago: by the time of the lock file', async () => {
    const other = FileLock.try(use(), 'shared');
    other?.touch();
    other?.release();
    await clock.advanceAsync(CONFIGURATION.idleTimeoutMs + 10);
    expect(keeper.state).toBe('up');
    utimesSync(use(), 0, 0);
    await clock.advanceAsync(CONFIGURATION.idleTimeoutMs);
    expect(keeper.state).toBe('down');
  });

  test('holds the use lock during conversations, and a little longer', async () => {
    const alone = () => {
      const lock = FileLock.try(use(), 'exclusive');
      lock?.release();
      return lock !== undefined;
    };
    expect(alone()).toBe(true);
    keeper.enter();
    keeper.enter();
    keeper.leave();
    expect(alone()).toBe(false);
    keeper.leave();
    expect(alone()).toBe(false);
    await clock.advanceAsync(100);
    expect(alone()).toBe(true);
  });

  test('that does not hear TERM is killed with its group after the stop time', async () => {
    daemon.last!.deaf = true;
    await clock.advanceAsync(CONFIGURATION.idleTimeoutMs + CONFIGURATION.stopTimeoutMs - 10);
    expect(keeper.state).toBe('retiring');
    expect(lifeIsFree()).toBe(false);
    await clock.advanceAsync(20);
    expect(daemon.last?.signals).toEqual(['SIGTERM', 'group SIGKILL']);
    expect(keeper.state).toBe('down');
  });

  test('being retired makes an ensure wait for its end and a new one', async () => {
    daemon.last!.deaf = true;
    await clock.advanceAsync(CONFIGURATION.idleTimeoutMs);
    expect(keeper.state).toBe('retiring');
    const ensured = keeper.ensure(clock.now() + 60_000);
    await clock.advanceAsync(CONFIGURATION.stopTimeoutMs + 100);
    expect(await ensured).toEqual({ up: true });
    expect(daemon.processes).toHaveLength(2);
    expect(observer.states).toEqual(['starting', 'up', 'retiring', 'down', 'starting', 'up']);
  });
});

describe('a suspected daemon', () => {
  beforeEach(bringUp);

  test('that takes a connection again is left alone', async () => {
    daemon.found = 'absent';
    keeper.suspect();
    await clock.advanceAsync(2000);
    daemon.found = 'when up';
    await clock.advanceAsync(10_000);
    expect(keeper.state).toBe('up');
    expect(daemon.last?.signals).toEqual([]);
  });

  test('that lives but cannot be connected to for seconds is ended, and counts as a failure', async () => {
    daemon.found = 'absent';
    keeper.suspect();
    keeper.suspect();
    await clock.advanceAsync(5000);
    expect(keeper.state).toBe('down');
    expect(observer.failures).toEqual(['unresponsive']);
  });

  test('whose backlog is full has much longer, for that is what overload looks like', async () => {
    daemon.found = 'busy';
    keeper.suspect();
    await clock.advanceAsync(29_000);
    expect(keeper.state).toBe('up');
    await clock.advanceAsync(2000);
    expect(keeper.state).toBe('down');
  });
});

describe('an adopted daemon', () => {
  beforeEach(async () => {
    daemon.found = 'listening';
    await bringUp();
  });

  test('that is suspected and lives stays', async () => {
    keeper.suspect();
    await clock.advanceAsync(100);
    expect(keeper.state).toBe('up');
  });

  test('that is suspected and gone is replaced by one of ours', async () => {
    daemon.found = 'when up';
    keeper.suspect();
    await clock.advanceAsync(100);
    expect(keeper.state).toBe('up');
    expect(daemon.processes).toHaveLength(1);
    expect(lifeIsFree()).toBe(false);
  });

  test('is not stopped with the gateway', async () => {
    await keeper.stop();
    expect(keeper.state).toBe('down');
    expect(daemon.processes).toEqual([]);
  });
});

describe('a stop', () => {
  test('ends the daemon, frees the lock and refuses from then on', async () => {
    await bringUp();
    const stopped = keeper.stop();
    expect(await keeper.ensure(clock.now() + 1000)).toEqual({ up: false, refusal: 'stopping' });
    await clock.advanceAsync(10);
    await stopped;
    expect(keeper.state).toBe('down');
    expect(daemon.last?.signals).toEqual(['SIGTERM']);
    expect(lifeIsFree()).toBe(true);
    expect(clock.pending).toBe(0);
  });

  test('lets conversations end, but not for ever', async () => {
    await bringUp();
    keeper.enter();
    const stopped = keeper.stop();
    await clock.advanceAsync(CONFIGURATION.stopTimeoutMs - 10);
    expect(daemon.last?.signals).toEqual([]);
    await clock.advanceAsync(20);
    expect(daemon.last?.signals).toEqual(['SIGTERM']);
    await stopped;
  });

  test('calls off a start', async () => {
    daemon.found = 'absent';
    const ensured = keeper.ensure(5000);
    await clock.advanceAsync(50);
    const stopped = keeper.stop();
    expect(await ensured).toEqual({ up: false, refusal: 'stopping' });
    await clock.advanceAsync(10);
    await stopped;
    expect(daemon.last?.end).toBeDefined();
    expect(lifeIsFree()).toBe(true);
    expect(observer.failures).toEqual([]);
  });

  test('calls off a wait for the lock', async () => {
    const other = FileLock.try(life(), 'exclusive');
    keeper.ensure(5000);
    await clock.advanceAsync(50);
    await keeper.stop();
    expect(keeper.state).toBe('down');
    other?.release();
  });

  test('during a retirement waits for its end', async () => {
    await bringUp();
    daemon.last!.deaf = true;
    await clock.advanceAsync(CONFIGURATION.idleTimeoutMs);
    const stopped = keeper.stop();
    await clock.advanceAsync(CONFIGURATION.stopTimeoutMs);
    await stopped;
    expect(daemon.last?.signals).toEqual(['SIGTERM', 'group SIGKILL']);
  });

  test('ends failing too, and leaves no timer', async () => {
    daemon.onLaunch = (process) => process.exit(1);
    for (let attempt = 0; attempt < 4; attempt += 1) {
      keeper.ensure(clock.now());
      await clock.advanceAsync(10);
    }
    expect(keeper.state).toBe('failing');
    await keeper.stop();
    expect(keeper.state).toBe('down');
    expect(clock.pending).toBe(0);
  });
});

test('a socket path longer than the kernel takes is refused when the keeper is made', () => {
  const path = join(socket, 'x'.repeat(108));
  expect(() => makeKeeper({ scgi: { address: { kind: 'unix', path }, connectTimeoutMs: 1 } })).toThrow(
    /at most 107 bytes/,
  );
});
