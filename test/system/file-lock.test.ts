import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FileLock } from '../../src/system/file-lock.ts';

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'spillway-lock-'));
  path = join(directory, 'wiki.life');
});

afterEach(() => rmSync(directory, { recursive: true }));

describe('a file lock', () => {
  test.each([
    ['exclusive', 'exclusive', false],
    ['exclusive', 'shared', false],
    ['shared', 'exclusive', false],
    ['shared', 'shared', true],
  ] as const)('held %s lets another be %s: %s, in the same process too', (held, wanted, granted) => {
    const first = FileLock.try(path, held);
    const second = FileLock.try(path, wanted);
    expect(second !== undefined).toBe(granted);
    second?.release();
    first?.release();
    first?.release();
    FileLock.try(path, 'exclusive')!.release();
  });

  test('excludes other processes, and is not inherited', () => {
    const held = FileLock.try(path, 'exclusive')!;
    const child = Bun.spawn(['sleep', '30'], { stdio: ['ignore', 'ignore', 'ignore'] });
    const attempt = () => Bun.spawnSync(['flock', '--nonblock', path, 'true']).exitCode;
    expect(attempt()).toBe(1);
    held.release();
    expect(attempt()).toBe(0);
    child.kill();
  });

  test('holds what its keeper wrote for people to read', () => {
    const held = FileLock.try(path, 'exclusive')!;
    held.write('keeper 4711\n');
    held.write('keeper 12\n');
    expect(readFileSync(path, 'utf8')).toBe('keeper 12\n');
    held.write('');
    expect(readFileSync(path, 'utf8')).toBe('');
    held.release();
    held.write('too late');
    expect(readFileSync(path, 'utf8')).toBe('');
  });

  test.each([
    [0o755, 0o600],
    [0o775, 0o660],
  ])('in a directory of mode %o is made with mode %o', (ofDirectory, ofFile) => {
    chmodSync(directory, ofDirectory);
    FileLock.try(path, 'shared')!.release();
    expect(statSync(path).mode & 0o777).toBe(ofFile);
  });

  test('is that of the file now at the path, not of one that was moved away', () => {
    const old = FileLock.try(path, 'exclusive')!;
    renameSync(path, `${path}.old`);
    const now = FileLock.try(path, 'exclusive');
    expect(now).toBeDefined();
    old.release();
    now?.release();
  });

  test.each([
    ['a directory', () => mkdirSync(path)],
    ['a symbolic link', () => symlinkSync('/etc/hostname', path)],
    [
      'a file of two names',
      () => {
        writeFileSync(`${path}.other`, '');
        linkSync(`${path}.other`, path);
      },
    ],
  ])('is not taken on %s', (_what, make) => {
    make();
    expect(() => FileLock.try(path, 'exclusive')).toThrow(/expected a/);
  });

  test('is not taken where the directory does not exist', () => {
    expect(() => FileLock.try(join(directory, 'none', 'x'), 'shared')).toThrow(
      expect.objectContaining({ code: 'system/lock-failed' }),
    );
  });
});
