import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FileOutput } from '../../src/log/file-output.ts';
import { FileTree } from '../support/file-tree.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

let tree: FileTree;
let path: string;
let clock: VirtualClock;
beforeEach(() => {
  tree = new FileTree();
  path = join(tree.root, 'a.log');
  clock = new VirtualClock();
});
afterEach(() => tree.dispose());

const read = (name: string): string => readFileSync(join(tree.root, name), 'utf8');

describe('a file of lines', () => {
  test('is appended to, in batches, and closed with nothing left', () => {
    tree.write('a.log', 'earlier\n');
    const output = new FileOutput({ clock, path, delayMs: 100 });
    output.write('one\n');
    expect(read('a.log')).toBe('earlier\n');
    clock.advance(100);
    expect(read('a.log')).toBe('earlier\none\n');
    output.write('zwei ü\n');
    output.close();
    expect(read('a.log')).toBe('earlier\none\nzwei ü\n');
    expect(clock.pending).toBe(0);
  });

  test('is not for every user of the machine', () => {
    new FileOutput({ clock, path }).close();
    expect(statSync(path).mode & 0o007).toBe(0);
  });

  test('goes on under its name after it was renamed and opened anew, without losing a line', () => {
    const output = new FileOutput({ clock, path });
    output.write('one\n');
    renameSync(path, `${path}.old`);
    output.write('two\n');
    output.reopen();
    output.write('three\n');
    output.close();
    expect([read('a.log.old'), read('a.log')]).toEqual(['one\ntwo\n', 'three\n']);
  });

  test('stays with the old file where the name cannot be opened, and says so', () => {
    const output = new FileOutput({ clock, path });
    renameSync(path, `${path}.old`);
    mkdirSync(path);
    expect(() => output.reopen()).toThrow(/expected a file that this user may write to/);
    output.write('two\n');
    output.close();
    expect([read('a.log.old'), output.lost]).toEqual(['two\n', 0]);
  });

  test('that cannot be opened is a fault with its path', () => {
    expect(() => new FileOutput({ clock, path: join(tree.root, 'nowhere/a.log') })).toThrow(
      expect.objectContaining({
        code: 'log/cannot-open',
        place: { file: join(tree.root, 'nowhere/a.log') },
      }),
    );
  });

  test('on a full device loses lines, counts them, and stops nobody', () => {
    const output = new FileOutput({ clock, path: '/dev/full' });
    output.write('one\ntwo\n');
    output.flush();
    output.write('three\n');
    output.close();
    expect(output.lost).toBe(3);
  });

  test('holds whole lines only when the disk is full in the middle of one', () => {
    const fixture = join(import.meta.dirname, 'full-disk-fixture.ts');
    const run = spawnSync(
      'bash',
      ['-c', 'ulimit -f 24; exec "$@"', 'bash', process.execPath, fixture, path, '5000'],
      {
        encoding: 'utf8',
        timeout: 15_000,
      },
    );
    const lines = read('a.log').split('\n').slice(0, -1);
    expect(statSync(path).size).toBeLessThanOrEqual(24 * 1024);
    expect(read('a.log').endsWith('\n')).toBe(true);
    expect(lines.length).toBeGreaterThan(1000);
    for (const line of lines) expect(JSON.parse(line)).toEqual({ line: expect.any(Number) });
    expect([run.status, Number(run.stdout) + lines.length]).toEqual([0, 5000]);
  });
});

describe('rotation', () => {
  test('puts full files aside, the newest as .1, and removes the oldest', () => {
    const output = new FileOutput({ clock, path, rotation: { maxBytes: 10, keep: 2 } });
    for (const line of ['first\n', 'second\n', 'third\n', 'fourth\n']) {
      output.write(line);
      output.flush();
    }
    output.close();
    expect(readdirSync(tree.root).sort()).toEqual(['a.log', 'a.log.1', 'a.log.2']);
    expect([read('a.log'), read('a.log.1'), read('a.log.2')]).toEqual(['fourth\n', 'third\n', 'second\n']);
  });

  test('counts what an earlier process left in the file', () => {
    tree.write('a.log', '123456789\n');
    const output = new FileOutput({ clock, path, rotation: { maxBytes: 10, keep: 1 } });
    output.write('new\n');
    output.close();
    expect([read('a.log.1'), read('a.log')]).toEqual(['123456789\n', 'new\n']);
  });

  test('with nothing to keep begins the file anew', () => {
    const output = new FileOutput({ clock, path, rotation: { maxBytes: 10, keep: 0 } });
    for (const line of ['first\n', 'second\n']) {
      output.write(line);
      output.flush();
    }
    output.close();
    expect([readdirSync(tree.root), read('a.log')]).toEqual([['a.log'], 'second\n']);
  });

  test('that cannot be done loses lines and not the bound, until it can be done again', () => {
    const output = new FileOutput({ clock, path, rotation: { maxBytes: 10, keep: 1 } });
    output.write('first\n');
    output.flush();
    mkdirSync(`${path}.1/full`, { recursive: true });
    output.write('second\n');
    output.flush();
    expect([read('a.log'), output.lost]).toEqual(['first\n', 1]);
    rmSync(`${path}.1`, { recursive: true });
    output.write('third\n');
    output.close();
    expect([read('a.log'), read('a.log.1'), output.lost]).toEqual(['third\n', 'first\n', 1]);
  });

  test('never goes over its bound, and never tears a line, whatever the lengths', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 60 }), { maxLength: 40 }),
        fc.integer({ min: 0, max: 3 }),
        (lengths, keep) => {
          const file = join(tree.root, 'p.log');
          const output = new FileOutput({ clock, path: file, rotation: { maxBytes: 100, keep } });
          for (const length of lengths) {
            output.write(`${'x'.repeat(length)}\n`);
            output.flush();
          }
          output.close();
          const names = readdirSync(tree.root);
          expect(names.length).toBeLessThanOrEqual(keep + 1);
          for (const name of names) {
            expect(statSync(join(tree.root, name)).size).toBeLessThanOrEqual(100);
            if (read(name) !== '') expect(read(name).endsWith('\n')).toBe(true);
          }
          for (const name of names) rmSync(join(tree.root, name));
          expect(existsSync(file)).toBe(false);
        },
      ),
      { numRuns: 50 },
    );
  });
});
