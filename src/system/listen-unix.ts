import { chmodSync, chownSync, closeSync, unlinkSync } from 'node:fs';
import { errno } from './errno.ts';
import { libc } from './libc.ts';
import { sharedRights } from './shared-rights.ts';
import { unixSocketAddress } from './unix-socket-address.ts';

const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOCK_CLOEXEC = 0o2000000;

/**
 * A socket that listens at `path`, where nothing may be: its descriptor, which belongs to the caller, waits in `accept` and is closed at
 * exec. Between `bind` and `listen` nobody gets in, so its rights are right before anybody does. Throws with the error number.
 */
export function listenUnix(path: string, backlog: number): number {
  const { socket, bind, listen } = libc();
  const address = unixSocketAddress(path);
  const descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) throw failed('socket', path);
  let bound = false;
  try {
    if (bind(descriptor, address, address.length) !== 0) throw failed('bind', path);
    bound = true;
    share(path);
    if (listen(descriptor, backlog) !== 0) throw failed('listen', path);
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    if (bound) unlinkSync(path);
    throw error;
  }
}

function share(path: string): void {
  const { mode, user, group } = sharedRights(path);
  chmodSync(path, mode);
  try {
    chownSync(path, user, group);
  } catch {
    // We are not of that group. The socket serves those who run as we do.
  }
}

function failed(call: string, path: string): Error {
  return new Error(`${call} of ${path}: error number ${errno()}`);
}
