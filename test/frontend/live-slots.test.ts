import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LiveSlots } from '../../src/frontend/live-slots.ts';
import { processStart } from '../../src/frontend/process-start.ts';
import { until } from '../support/until.ts';

const fixture = (name: string): string => resolve(import.meta.dirname, 'fixtures', name);
const LONG_MS = 60_000;
const isRoot = process.getuid?.() === 0;
/** Of www-data on Debian; any that is not ours will do. */
const OTHER = 33;

let place: string;
let folder: string;
let children: ChildProcess[];

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'spillway-slots-'));
  folder = join(place, 'slots');
  children = [];
});

afterEach(async () => {
  for (const child of children) await end(child);
  rmSync(place, { recursive: true });
});

/** Resolves when the child is reaped. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const over = new Promise((done) => child.once('exit', done));
  child.kill('SIGKILL');
  await over;
}

function start(script: string, ...args: string[]): ChildProcess {
  const child = spawn(process.execPath, [fixture(script), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  return child;
}

/** Resolves when the request has its place and the program has taken over. */
async function live(state: string, user = ''): Promise<ChildProcess> {
  const child = start('live-request.ts', folder, state, user);
  let output = '';
  child.stdout?.on('data', (chunk) => (output += chunk));
  child.stderr?.on('data', (chunk) => (output += chunk));
  await until(() => output !== '', 'a request that has its place', LONG_MS);
  expect(output).toBe('entered\n');
  return child;
}

const slots = () => new LiveSlots(folder);
const none = { inflight: { exec: 0, forward: 0 }, queued: 0, ahead: 0, oldestWaitMs: 0 };

describe('the living requests of an application', () => {
  test('are none where nobody has been', () => {
    expect(slots().count()).toEqual(none);
    expect(slots().trouble).toBeUndefined();
  });

  test('are counted by what they are at, without the one that asks', async () => {
    const [own] = [slots()];
    own.enter('waiting');
    await Promise.all([live('exec'), live('exec'), live('forward'), live('waiting')]);
    const count = own.count();
    expect(count).toMatchObject({ inflight: { exec: 2, forward: 1 }, queued: 1 });
    expect(count.ahead).toBe(0);
    expect(count.oldestWaitMs).toBeGreaterThanOrEqual(0);
    expect(count.oldestWaitMs).toBeLessThan(LONG_MS);
    own.leave();
  });

  test('keep their order: those that started before the one that asks are ahead of it', async () => {
    await live('waiting');
    const late = await live('exec');
    expect(new LiveSlots(folder, late.pid).count()).toMatchObject({ queued: 1, ahead: 1 });
  });

  test('move from waiting into a lane and leave it, one name at a time', () => {
    const own = slots();
    const start = processStart('self');
    own.enter('waiting');
    expect(readdirSync(folder)).toEqual([`${process.pid}-${start}-waiting`]);
    own.move('forward');
    own.move('forward');
    expect(readdirSync(folder)).toEqual([`${process.pid}-${start}-forward`]);
    own.enter('exec');
    expect(readdirSync(folder)).toEqual([`${process.pid}-${start}-exec`]);
    own.leave();
    own.leave();
    expect(readdirSync(folder)).toEqual([]);
    expect(own.trouble).toBeUndefined();
  });

  test('are 200 at once, go on counting after their execve, and free their places when they are killed', async () => {
    for (let batch = 0; batch < 20; batch += 1)
      await Promise.all(Array.from({ length: 10 }, () => live('exec')));
    expect(slots().count().inflight).toEqual({ exec: 200, forward: 0 });
    for (const { pid } of children.slice(0, 3)) {
      await until(
        () => readFileSync(`/proc/${pid}/comm`, 'utf8') === 'sleep\n',
        'the program in the frontend',
        LONG_MS,
      );
    }
    expect(slots().count().inflight.exec).toBe(200);

    await Promise.all(children.splice(0, 150).map(end));
    expect(slots().count().inflight.exec).toBe(50);
    // No more names than there are living requests: what is kept is bounded.
    expect(readdirSync(folder)).toHaveLength(50);
    await Promise.all(children.splice(0).map(end));
    expect(slots().count()).toEqual(none);
    expect(readdirSync(folder)).toEqual([]);
  }, 120_000);

  test('do not count when they have ended and nobody has reaped them yet', async () => {
    // The parent sleeps on and never asks for its child.
    const parent = spawn('/bin/sh', ['-c', 'sh -c "echo \\$\\$" & exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    children.push(parent);
    let pid = '';
    parent.stdout?.on('data', (chunk) => (pid += chunk));
    await until(() => pid.endsWith('\n'), 'the process id of the child', LONG_MS);
    const stat = () => readFileSync(`/proc/${pid.trim()}/stat`, 'utf8');
    await until(() => stat().includes(') Z '), 'a zombie', LONG_MS);
    mkdirSync(folder);
    symlinkSync('.', join(folder, `${pid.trim()}-${stat().split(') ')[1]!.split(' ')[19]}-exec`));
    expect(slots().count()).toEqual(none);
  });

  test('leave a bounded number of names behind where nobody ever asks for the count', async () => {
    mkdirSync(folder);
    for (let pid = 1; pid <= 300; pid += 1) symlinkSync('.', join(folder, `${2 ** 22 + pid}-1-exec`));
    const size = () => readdirSync(folder).length;
    // One in 64 sweeps, by chance: that none of 2000 does would happen once in 10^13 runs.
    for (let round = 0; round < 200 && size() >= 300; round += 1) {
      const passing = Array.from({ length: 10 }, () => start('passing-request.ts', folder));
      await Promise.all(passing.map((child) => new Promise((done) => child.once('exit', done))));
    }
    expect(size()).toBeLessThan(300);
  }, 120_000);

  test('are not mistaken for an earlier process of the same id', async () => {
    const { pid } = await live('forward');
    symlinkSync('.', join(folder, `${pid}-1-exec`));
    expect(slots().count().inflight).toEqual({ exec: 0, forward: 1 });
    expect(readdirSync(folder)).toEqual([`${pid}-${processStart(pid!)}-forward`]);
  });

  test('are counted once when a change of name shows both names', async () => {
    const { pid } = await live('forward');
    symlinkSync('.', join(folder, `${pid}-${processStart(pid!)}-waiting`));
    expect(slots().count()).toMatchObject({ inflight: { exec: 0, forward: 1 }, queued: 0 });
  });

  test('are counted beside names that mean nothing', async () => {
    await live('exec');
    writeFileSync(join(folder, 'README'), 'what is this?');
    writeFileSync(join(folder, '12-x-exec'), '');
    expect(slots().count().inflight.exec).toBe(1);
  });

  test('find their place again where somebody removed the folder', () => {
    const own = slots();
    own.enter('waiting');
    rmSync(folder, { recursive: true });
    own.move('exec');
    expect(readdirSync(folder)).toEqual([`${process.pid}-${processStart('self')}-exec`]);
    own.leave();
  });

  test('make the folder anew where something else stands in its place, and keep that aside', () => {
    writeFileSync(folder, 'no folder');
    const own = slots();
    own.enter('exec');
    expect(own.trouble).toBeUndefined();
    expect(readdirSync(folder)).toHaveLength(1);
    expect(readFileSync(`${folder}.broken`, 'utf8')).toBe('no folder');
  });

  test('cost no request where nothing can be kept: the count says none, and why', () => {
    const own = new LiveSlots('/proc/no/such/place');
    own.enter('waiting');
    expect(own.trouble).toMatchObject({ code: 'ENOENT' });
    expect(own.tryLane('exec', 1)).toBe(true);
    own.leave();
    expect(own.count()).toEqual(none);
  });
});

describe('the places of a lane', () => {
  test('are given up to the limit, and again when one leaves', async () => {
    const first = await live('exec');
    const own = slots();
    own.enter('waiting');
    expect(own.tryLane('exec', 1)).toBe(false);
    expect(own.tryLane('forward', 1)).toBe(true);
    own.move('waiting');
    await end(first);
    expect(own.tryLane('exec', 1)).toBe(true);
    own.leave();
  });

  test('are never taken by more than the limit, however many want one at once, and all get theirs', async () => {
    const log = join(place, 'log');
    const contenders = Array.from({ length: 24 }, () => start('lane-contender.ts', folder, '3', log));
    const codes = await Promise.all(
      contenders.map((child) => new Promise((done) => child.once('exit', done))),
    );
    expect(new Set(codes)).toEqual(new Set([0]));
    const moves = readFileSync(log, 'utf8').trim().split('\n');
    expect(moves).toHaveLength(48);
    let inside = 0;
    let most = 0;
    for (const move of moves) {
      inside += move === '+' ? 1 : -1;
      most = Math.max(most, inside);
    }
    expect(most).toBeLessThanOrEqual(3);
    expect(inside).toBe(0);
  }, 120_000);
});

describe.skipIf(!isRoot)('the places of frontends that run as different users', () => {
  test.each([
    ['root makes the folder first', '', String(OTHER)],
    ['the web server makes the folder first', String(OTHER), ''],
  ])(
    'are counted and freed by either side when %s',
    async (_, first, second) => {
      chownSync(place, OTHER, OTHER);
      chmodSync(place, 0o770);
      const one = await live('exec', first);
      const other = await live('forward', second);
      expect(statSync(folder)).toMatchObject({ uid: OTHER, gid: OTHER });
      expect(statSync(folder).mode & 0o7777).toBe(0o2770);
      expect(slots().count().inflight).toEqual({ exec: 1, forward: 1 });
      await end(one);
      await end(other);
      const third = await live('waiting', String(OTHER));
      expect(slots().count()).toMatchObject({ inflight: { exec: 0, forward: 0 }, queued: 1 });
      await end(third);
      // The web server's user frees what root has left.
      await end(await live('exec'));
      // And perhaps that of the one before: one in 64 frontends frees the places of the dead when it comes.
      expect(readdirSync(folder).length).toBeGreaterThanOrEqual(1);
      const contender = start('lane-contender.ts', folder, '1', join(place, 'log'), String(OTHER));
      await new Promise((done) => contender.once('exit', done));
      expect(contender.exitCode).toBe(0);
      expect(readdirSync(folder)).toEqual([]);
    },
    120_000,
  );
});
