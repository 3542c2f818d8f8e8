import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SnapshotFile } from '../../src/frontend/snapshot-file.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillway-snapshot-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

const learned = {
  policies: { threshold: { busy: 1, drowning: false } },
  shares: { cpuPressure: { atMs: 1, part: 2, whole: 3, share: 0.5 } },
};

describe('the snapshot file', () => {
  test('hands on what policies have learned, and leaves nothing else in its folder', () => {
    const path = join(folder, 'snapshot.json');
    expect(new SnapshotFile(path).write(learned)).toBe(true);
    expect(new SnapshotFile(path).read()).toEqual(learned);
    expect(readdirSync(folder)).toEqual(['snapshot.json']);
  });

  test.each([
    ['is missing', undefined],
    ['is empty', ''],
    ['is cut', '{"policies":{"thr'],
    ['is something else', '[1,2]'],
    ['has other things in it', '{"policies":7,"shares":"x"}'],
    ['is binary', '\0\0\xff'],
  ])('where it %s nothing has been learned, and the next word is kept', (_, text) => {
    const path = join(folder, 'snapshot.json');
    if (text !== undefined) writeFileSync(path, text);
    const file = new SnapshotFile(path);
    expect(file.read()).toEqual({ policies: {}, shares: {} });
    expect(file.write(learned)).toBe(true);
    expect(new SnapshotFile(path).read()).toEqual(learned);
  });

  test('passes over a share that is not one', () => {
    const path = join(folder, 'snapshot.json');
    writeFileSync(
      path,
      JSON.stringify({ policies: {}, shares: { a: 3, b: { atMs: 'x' }, ...learned.shares } }),
    );
    expect(new SnapshotFile(path).read().shares).toEqual(learned.shares);
  });

  test('is not written where it would say the same', () => {
    const path = join(folder, 'snapshot.json');
    new SnapshotFile(path).write(learned);
    const file = new SnapshotFile(path);
    file.read();
    writeFileSync(path, 'of another');
    expect(file.write(learned)).toBe(true);
    expect(readFileSync(path, 'utf8')).toBe('of another');
  });

  test('that cannot be written is no reason to fail', () => {
    expect(new SnapshotFile(join(folder, 'nowhere', 'snapshot.json')).write(learned)).toBe(false);
    expect(readdirSync(folder)).toEqual([]);
  });
});
