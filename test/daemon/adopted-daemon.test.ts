import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AdoptedDaemon } from '../../src/daemon/adopted-daemon.ts';
import type { Reachability } from '../../src/daemon/reachability.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillway-adopted-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function adoptedWorld(kind: 'unix' | 'tcp' = 'unix') {
  const path = join(folder, 'socket');
  const looks: ((found: Reachability) => void)[] = [];
  const world = { path, looks, gone: 0 };
  const daemon = new AdoptedDaemon(
    kind === 'unix' ? { kind, path } : { kind, host: '127.0.0.1', port: 9 },
    join(folder, 'life'),
    () => new Promise((resolve) => looks.push(resolve)),
    () => {
      world.gone += 1;
    },
  );
  return Object.assign(world, { daemon });
}

describe('an adopted daemon', () => {
  test('has left when the name of its socket is gone', () => {
    const { daemon, path } = adoptedWorld();
    writeFileSync(path, '');
    expect(daemon.hasLeft).toBe(false);
    rmSync(path);
    expect(daemon.hasLeft).toBe(true);
  });

  test('of a TCP address has no name by which to see that', () => {
    expect(adoptedWorld('tcp').daemon.hasLeft).toBe(false);
  });

  test.each([
    ['listening', 0],
    ['busy', 0],
    ['stale', 1],
    ['absent', 1],
  ] as const)(
    'that is suspected and found %s is gone %s times, with one look however many suspect it',
    async (found, gone) => {
      const world = adoptedWorld();
      const looked = [world.daemon.suspect(), world.daemon.suspect()];
      expect(world.looks.length).toBe(1);
      world.looks[0]?.(found);
      await Promise.all(looked);
      expect(world.gone).toBe(gone);
      void world.daemon.suspect();
      expect(world.looks.length).toBe(2);
    },
  );
});
