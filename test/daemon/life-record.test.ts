import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isOrphaned, recordedDaemon } from '../../src/daemon/find-orphan.ts';
import { lifeRecordText, readLifeRecord } from '../../src/daemon/life-record.ts';
import { FileLock } from '../../src/system/file-lock.ts';

/** A process number that no process has: over the kernel's largest. */
const NOBODY = 2 ** 22 + 1;

let directory: string;
let path: string;
let daemon: ReturnType<typeof spawn>;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'spillway-life-'));
  path = join(directory, 'wiki.sock.life');
  daemon = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
});

afterEach(() => {
  daemon.kill('SIGKILL');
  rmSync(directory, { recursive: true });
});

const pid = () => daemon.pid ?? 0;

test('names keeper and daemon, each with its start', () => {
  writeFileSync(path, lifeRecordText(process.pid, pid()));
  expect(readLifeRecord(path)).toMatchObject({ keeper: { pid: process.pid }, daemon: { pid: pid() } });
  expect(recordedDaemon(path)?.pid).toBe(pid());
});

test.each(['', 'keeper 1 1\ndaemon 1 1\n', 'keeper 12 3\ndaem', 'something else'])(
  'the text %j names nobody',
  (text) => {
    writeFileSync(path, text);
    expect(readLifeRecord(path)).toBeUndefined();
    expect(isOrphaned(path)).toBe(false);
  },
);

test('a daemon is an orphan when its keeper is gone and nobody holds the lock', () => {
  writeFileSync(path, lifeRecordText(process.pid, pid()));
  expect(isOrphaned(path)).toBe(false);
  writeFileSync(path, lifeRecordText(NOBODY, pid()));
  expect(isOrphaned(path)).toBe(true);
  const life = FileLock.try(path, 'exclusive');
  expect(isOrphaned(path)).toBe(false);
  life?.release();
});

test('a process that has the number of a daemon, but another start, is left alone', () => {
  writeFileSync(path, `keeper ${NOBODY} 1\ndaemon ${pid()} 1\n`);
  expect(recordedDaemon(path)).toBeUndefined();
  expect(isOrphaned(path)).toBe(false);
});
