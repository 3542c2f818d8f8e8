import { closeSync } from 'node:fs';
import { errno } from './errno.ts';
import { libc } from './libc.ts';
import { unixSocketAddress } from './unix-socket-address.ts';

const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;

/**
 * Tries to connect to a Unix socket and closes at once. 0, or the error number. The runtime's own sockets report a full
 * backlog (EAGAIN) as ECONNREFUSED, which is what a dead socket says too; here they can be told apart. Never blocks.
 */
export function connectUnix(path: string): number {
  const address = unixSocketAddress(path);
  const { socket, connect } = libc();
  const descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return errno();
  const error = connect(descriptor, address, address.length) === 0 ? 0 : errno();
  closeSync(descriptor);
  return error;
}
