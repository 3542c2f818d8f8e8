import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { BootClock } from '../../src/frontend/boot-clock.ts';
import { buildLauncher } from '../../src/frontend/build-launcher.ts';
import { DEFAULT_LEASE_LIFE_MS, type Lease, offerLease, revokeLease } from '../../src/frontend/lease.ts';
import { LEASE_FORMAT } from '../../src/frontend/lease-format.ts';
import { FileLock } from '../../src/system/file-lock.ts';
import { unixSocketAddress } from '../../src/system/unix-socket-address.ts';
import { peer } from '../support/peer.ts';
import { ScriptedDaemon } from './scripted-daemon.ts';

const folder = mkdtempSync(join(tmpdir(), 'lease-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, 'lease');
const program = join(folder, 'wiki.cgi');
const counted = join(folder, 'counted');
const clock = new BootClock();
const shed: Lease = { kind: 'shed', counted, pages: [Buffer.from('Status: 503\r\n\r\nbusy')] };
const FRONTEND = 'the frontend: GET';

beforeEach(() => {
  rmSync(path, { force: true });
  writeFileSync(counted, '');
});

function offer(lease: Lease, lifeMs = 30_000, nowMs = clock.now()): boolean {
  return offerLease(path, lease, { nowMs, lifeMs });
}

function change(at: number, bytes: Uint8Array): void {
  const lease = readFileSync(path);
  lease.set(bytes, at);
  writeFileSync(path, lease);
}

const little = (value: number) => new Uint8Array(new BigUint64Array([BigInt(Math.floor(value))]).buffer);

describe('a lease', () => {
  test('is written whole, for its owner alone, and leaves nothing beside it', () => {
    const before = readdirSync(folder).length;
    expect(offer(shed)).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).length).toBe(before + 1);
  });

  test('is written by one of many that decide at once, and again in the last part of its life', () => {
    const nowMs = clock.now();
    expect(offer(shed, 1000, nowMs)).toBe(true);
    expect(offer(shed, 1000, nowMs + 599)).toBe(false);
    expect(offer(shed, 1000, nowMs + 601)).toBe(true);
  });

  test('of another boot does not stand in the way of a new one', () => {
    offer(shed);
    change(LEASE_FORMAT.boot.at, Buffer.from('another'));
    expect(offer(shed)).toBe(true);
  });

  test.each<[string, Lease]>([
    ['no page', { ...shed, pages: [] }],
    ['too many pages', { ...shed, pages: Array<Uint8Array>(9).fill(new Uint8Array(1)) }],
    ['a path that is too long', { ...shed, counted: `/${'x'.repeat(600)}` }],
  ])('is not written with %s', (_what, lease) => {
    expect(offer(lease)).toBe(false);
    expect(existsSync(path)).toBe(false);
  });

  test('can be revoked, twice too', () => {
    offer(shed);
    revokeLease(path);
    revokeLease(path);
    expect(existsSync(path)).toBe(false);
  });

  test('lives for a fraction of a second unless told otherwise', () => {
    expect(DEFAULT_LEASE_LIFE_MS).toBeLessThan(1000);
  });
});

test('no launcher is built where there is no compiler', () => {
  const output = join(folder, 'none.cgi');
  expect(buildLauncher({ script: '/x', lease: '/y', output, path: folder })).toBe(false);
  expect(existsSync(output)).toBe(false);
});

test('the launcher has at most 150 lines', () => {
  const source = new URL('../../src/frontend/launcher/launcher.c', import.meta.url);
  expect(readFileSync(source, 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(150);
});

describe.runIf(peer('a C compiler', 'cc').available)('a launcher', () => {
  const script = join(folder, 'a "script"\\');
  writeFileSync(
    script,
    '#!/bin/sh\nprintf "the frontend: %s" "$REQUEST_METHOD"; cat; ls /proc/self/fd | wc -l >&2\n',
    { mode: 0o755 },
  );
  buildLauncher({ script, lease: path, output: program });

  function launch(environment: Readonly<Record<string, string>> = {}, input = '') {
    const { stdout, stderr, exitCode, pid } = Bun.spawnSync([program], {
      stdin: Buffer.from(input),
      env: { PATH: process.env.PATH ?? '', REQUEST_METHOD: 'GET', ...environment },
    });
    return { stdout: String(stdout), stderr: String(stderr), exitCode, pid };
  }

  const forward = (socket: string): Lease => ({
    kind: 'forward',
    address: unixSocketAddress(socket),
    connectTimeoutMs: 1000,
    timeoutMs: 1000,
    use: join(folder, 'use'),
    slots: join(folder, 'slots'),
    counted,
    countedSilent: join(folder, 'silent'),
    pages: shed.pages,
  });

  test('follows a lease to shed, and counts it', () => {
    offer(shed);
    expect(launch()).toMatchObject({ stdout: 'Status: 503\r\n\r\nbusy', exitCode: 0 });
    expect(launch({ CONTENT_LENGTH: '4' }, 'body').stdout).toBe('Status: 503\r\n\r\nbusy');
    expect(statSync(counted).size).toBe(2);
  });

  test.each(['POST', 'PUT', 'DELETE'])('follows no lease to shed where %s sends something', (method) => {
    offer(shed);
    expect(launch({ REQUEST_METHOD: method })).toMatchObject({ stdout: `the frontend: ${method}` });
    expect(statSync(counted).size).toBe(0);
  });

  test('spreads visitors over the pages by its process id', () => {
    offer({ ...shed, pages: ['one', 'second', 'III'].map((text) => Buffer.from(text)) });
    for (let round = 0; round < 6; round++) {
      const { stdout, pid } = launch();
      expect(stdout).toBe(['one', 'second', 'III'][pid % 3]!);
    }
  });

  test('becomes the frontend without a lease: body unread, no descriptor more', () => {
    const { stdout, stderr } = launch({ CONTENT_LENGTH: '4' }, 'body');
    expect(stdout).toBe(`${FRONTEND}body`);
    // Three, and the one by which the folder is read.
    expect(stderr.trim()).toBe('4');
  });

  test.each<[string, () => void]>([
    ['that has run out', () => change(LEASE_FORMAT.expiresMs, little(clock.now() - 1))],
    ['that would live for hours', () => change(LEASE_FORMAT.expiresMs, little(clock.now() + 7_200_000))],
    ['of another boot', () => change(LEASE_FORMAT.boot.at, Buffer.from('another'))],
    ['of another form', () => change(0, Buffer.from('SPWLEAS0'))],
    ['of no known kind', () => change(LEASE_FORMAT.kind, new Uint8Array([9]))],
    ['that was cut short', () => writeFileSync(path, readFileSync(path).subarray(0, LEASE_FORMAT.bytes - 1))],
    [
      'whose pages were cut short',
      () => writeFileSync(path, readFileSync(path).subarray(0, LEASE_FORMAT.bytes + 1)),
    ],
    ['that others may write', () => chmodSync(path, 0o602)],
    ['that the group may write', () => chmodSync(path, 0o620)],
    [
      'behind a link',
      () => {
        writeFileSync(join(folder, 'real'), readFileSync(path), { mode: 0o600 });
        rmSync(path);
        symlinkSync(join(folder, 'real'), path);
      },
    ],
  ])('follows no lease %s', (_what, spoil) => {
    offer(shed);
    spoil();
    expect(launch().stdout).toBe(FRONTEND);
  });

  test.runIf(process.getuid?.() === 0)('follows no lease of another user', () => {
    offer(shed);
    Bun.spawnSync(['chown', '65534', path]);
    expect(launch().stdout).toBe(FRONTEND);
  });

  test('lets exactly one have it renewed while all others go on to follow', async () => {
    offer(shed, 50_000, clock.now() - 40_000);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        new Response(
          Bun.spawn([program], { stdin: 'ignore', env: { PATH: process.env.PATH, REQUEST_METHOD: 'GET' } })
            .stdout,
        ).text(),
      ),
    );
    expect(answers.filter((answer) => answer === FRONTEND).length).toBe(1);
  });

  test('follows no lease past its end, however near', () => {
    const outcomes = { followed: 0, refused: 0 };
    const giveUpMs = clock.now() + 15_000;
    for (let round = 0; round < 150 || outcomes.followed === 0; round++) {
      const endMs = clock.now() + ((round * 7) % 45) - 5 + (round > 150 ? 100 : 0);
      rmSync(path, { force: true });
      offer(shed, 20, endMs - 20);
      // It is never to be renewed, only followed or not.
      change(LEASE_FORMAT.renewMs, little(endMs + 1000));
      // Late by the 10 ms in which the kernel counts, never early.
      const startedMs = new BootClock().now();
      const isFrontend = launch().stdout === FRONTEND;
      outcomes[isFrontend ? 'refused' : 'followed']++;
      if (startedMs >= endMs) expect(isFrontend).toBe(true);
      if (clock.now() > giveUpMs) break;
    }
    expect(outcomes.refused).toBeGreaterThan(0);
    expect(outcomes.followed).toBeGreaterThan(0);
  });

  test.each<[string, () => { release(): void } | undefined]>([
    ['cannot be reached', () => undefined],
    ['is being retired', () => FileLock.try(join(folder, 'use'), 'exclusive')],
  ])('becomes the frontend where the daemon %s, with nothing read', (_what, take) => {
    writeFileSync(join(folder, 'use'), '');
    offer(forward(join(folder, 'nobody')));
    const lock = take();
    expect(launch({ CONTENT_LENGTH: '4' }, 'body').stdout).toBe(`${FRONTEND}body`);
    lock?.release();
    expect(statSync(counted).size).toBe(0);
  });

  test('holds the use lock and counts as living while it converses', async () => {
    const slots = join(folder, 'slots');
    Bun.spawnSync(['mkdir', slots]);
    writeFileSync(join(folder, 'use'), '');
    const seen: { names: string[]; lock: FileLock | undefined }[] = [];
    const daemon = new ScriptedDaemon(join(folder, 'socket'), async (scene) => {
      seen.push({ names: readdirSync(slots), lock: FileLock.try(join(folder, 'use'), 'exclusive') });
      await scene.send('A: b\n\nhello');
      scene.socket.end();
    });
    offer(forward(join(folder, 'socket')));
    const running = Bun.spawn([program], { stdin: 'ignore', env: {} });
    expect(await new Response(running.stdout).text()).toBe('A: b\n\nhello');
    await running.exited;
    daemon.stop();
    expect(seen[0]?.names).toEqual([expect.stringMatching(new RegExp(`^${running.pid}-\\d+-forward$`))]);
    expect(seen[0]?.lock).toBeUndefined();
    expect(readdirSync(slots)).toEqual([]);
    expect(statSync(counted).size).toBe(1);
  });
});
