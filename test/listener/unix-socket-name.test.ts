import { existsSync, lstatSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { UnixSocketListener } from 'bun';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { claimUnixSocket, type UnixSocketRights } from '../../src/listener/unix-socket-name.ts';
import { accountId } from '../../src/system/account-id.ts';
import { connectUnix } from '../../src/system/connect-unix.ts';

let folder = '';
let path = '';
let listeners: UnixSocketListener<undefined>[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillway-name-'));
  path = join(folder, 'gateway.sock');
});

afterEach(() => {
  for (const listener of listeners) listener.stop(true);
  listeners = [];
  rmSync(folder, { recursive: true });
});

function listen(at: string): UnixSocketListener<undefined> {
  const listener = Bun.listen<undefined>({ unix: at, socket: { data() {} } });
  listeners.push(listener);
  return listener;
}

function open(rights: UnixSocketRights = {}) {
  const name = claimUnixSocket(path, rights);
  const listener = listen(name.bindPath);
  name.listened();
  return { name, listener };
}

/** A socket that nobody listens at any more, as a killed gateway leaves it. */
function leaveDead(): void {
  const kept = open();
  kept.listener.stop(true);
}

describe('the name of a Unix socket', () => {
  test('is there once the socket listens, and is the only one', () => {
    open();
    expect(connectUnix(path)).toBe(0);
    expect(readdirSync(folder)).toEqual(['gateway.sock']);
  });

  test.each([0o600, 0o660, 0o666])('has mode %o', (mode) => {
    open({ mode });
    expect(lstatSync(path).mode & 0o777).toBe(mode);
  });

  test.skipIf(process.getuid?.() !== 0)('has its owner and group, by name or number', () => {
    open({ owner: 'daemon', group: '7' });
    expect([lstatSync(path).uid, lstatSync(path).gid]).toEqual([accountId('user', 'daemon'), 7]);
  });

  test('of an unknown owner is a fault, and nothing is left behind', () => {
    expect(() => claimUnixSocket(path, { owner: 'no-such-user' })).toThrow(/expected a user of this machine/);
    expect(() => claimUnixSocket(path, { group: 'no-such-group' })).toThrow(
      /expected a group of this machine/,
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  test('that a dead process left is taken over', () => {
    leaveDead();
    expect(connectUnix(path)).not.toBe(0);
    open();
    expect(connectUnix(path)).toBe(0);
    expect(readdirSync(folder)).toEqual(['gateway.sock']);
  });

  test('at which somebody answers is left alone', () => {
    open();
    expect(() => claimUnixSocket(path)).toThrow(/is taken by another program/);
    expect(connectUnix(path)).toBe(0);
  });

  test('of a file is left alone', () => {
    writeFileSync(path, 'mine');
    expect(() => claimUnixSocket(path)).toThrow(/found a file/);
    expect(existsSync(path)).toBe(true);
  });

  test.each(['free', 'left by a dead process'])(
    'that is %s goes to one of two that claim it at once',
    (state) => {
      if (state !== 'free') leaveDead();
      const first = claimUnixSocket(path);
      const second = claimUnixSocket(path);
      listen(first.bindPath);
      const loser = listen(second.bindPath);
      first.listened();
      const inode = lstatSync(path).ino;
      expect(() => second.listened()).toThrow(/is taken by another program/);
      loser.stop(true);
      second.release();
      expect(lstatSync(path).ino).toBe(inode);
      expect(connectUnix(path)).toBe(0);
      expect(readdirSync(folder)).toEqual(['gateway.sock']);
    },
  );

  test('is gone after the release, while the socket still serves who has connected', () => {
    const { name } = open();
    name.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('stays with a successor when its former holder releases it and stops', () => {
    const { name, listener } = open();
    rmSync(path);
    open();
    name.release();
    listener.stop(true);
    expect(connectUnix(path)).toBe(0);
  });
});
