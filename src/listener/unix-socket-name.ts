import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, linkSync, lstatSync, renameSync, type Stats, unlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { SocketRights } from '../config/configuration.ts';
import { Fault } from '../core/fault.ts';
import { connectUnix } from '../system/connect-unix.ts';
import { EAGAIN } from '../system/errno.ts';
import { hasCode } from '../system/has-code.ts';
import { socketOwner } from './socket-owner.ts';

export type UnixSocketRights = Partial<SocketRights>;

export interface UnixSocketName {
  /** Where to bind: a name beside the one that visitors know, which nobody has to hear of. */
  readonly bindPath: string;
  /**
   * To be called once the socket listens at `bindPath`: sets mode and owner, and only then gives it the name that visitors know. Throws
   * a Fault where that cannot be done; the caller closes the socket then.
   */
  listened(): void;
  /** Takes the name away if it still is that of this socket. Who has connected, or waits to be accepted, can still be served. */
  release(): void;
}

const ECONNREFUSED = 111;

/**
 * Claims the name of a Unix socket that is to listen at `path` (absolute). The leftover of a dead process is replaced; a living socket, or
 * anything that is no socket, is not: Fault.
 *
 * The socket is bound under a name of its own and linked to `path` when it is ready. So no visitor finds it before its mode is set, no
 * name is taken from somebody who came first, and when Bun closes the listener and unlinks the name it was bound to, whoever listens at
 * `path` by then keeps it.
 */
export function claimUnixSocket(path: string, rights: UnixSocketRights = {}): UnixSocketName {
  const { mode } = rights;
  const leftover = leftoverAt(path);
  const { user, group } = socketOwner(path, rights);
  const bindPath = join(dirname(path), `.${basename(path)}.${randomBytes(3).toString('hex')}`);
  let ours: Stats | undefined;
  return {
    bindPath,
    listened() {
      guarded(path, () => {
        if (user !== undefined || group !== undefined) chownSync(bindPath, user ?? -1, group ?? -1);
        if (mode !== undefined) chmodSync(bindPath, mode);
        if (leftover !== undefined) removeLeftover(path, leftover);
        const found = lstatSync(bindPath);
        linkSync(bindPath, path);
        ours = found;
        unlinkSync(bindPath);
      });
    },
    release() {
      const claimed = ours;
      ours = undefined;
      if (claimed === undefined) return;
      const found = lstatSync(path, { throwIfNoEntry: false });
      if (found !== undefined && isSame(found, claimed)) unlinkSync(path);
    },
  };
}

/** What a dead process left there; nothing where the name is free. */
function leftoverAt(path: string): Stats | undefined {
  const found = guarded(path, () => lstatSync(path, { throwIfNoEntry: false }));
  if (found === undefined) return undefined;
  if (!found.isSocket()) {
    throw new Fault(
      'listen/path-taken',
      `expected a socket or nothing at ${path}, found ${found.isDirectory() ? 'a directory' : 'a file'}: choose another path`,
    );
  }
  const error = connectUnix(path);
  if (error === ECONNREFUSED) return found;
  // With a full backlog it lives and is busy.
  if (error === 0 || error === EAGAIN) throw inUse(path);
  throw new Fault(
    'listen/not-permitted',
    `expected a socket at ${path} that this user may try, found error ${error} on connecting: remove it if nobody needs it`,
  );
}

/** Somebody else may have found the same leftover, and have a living socket there by now: what was moved aside is looked at before it goes. */
function removeLeftover(path: string, leftover: Stats): void {
  const aside = join(dirname(path), `.${basename(path)}.${randomBytes(3).toString('hex')}`);
  try {
    renameSync(path, aside);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return;
    throw error;
  }
  const moved = lstatSync(aside);
  if (!isSame(moved, leftover)) linkSync(aside, path);
  unlinkSync(aside);
  if (!isSame(moved, leftover)) throw inUse(path);
}

function isSame(a: Stats, b: Stats): boolean {
  return a.ino === b.ino && a.dev === b.dev;
}

function inUse(path: string): Fault {
  return new Fault(
    'listen/address-in-use',
    `${path} is taken by another program: stop that one, or set another address under \`listen\``,
  );
}

function guarded<Value>(path: string, act: () => Value): Value {
  try {
    return act();
  } catch (error) {
    if (error instanceof Fault) throw error;
    if (hasCode(error, 'EEXIST')) throw inUse(path);
    const found = error instanceof Error ? error.message : String(error);
    throw new Fault('listen/socket-name', `cannot make the socket ${path}: ${found}`, undefined, error);
  }
}
