import { closeSync } from 'node:fs';
import { errno } from './errno.ts';
import { libc } from './libc.ts';

const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;

/** Bytes of a path in `sockaddr_un`, its final zero not counted. */
export const MAX_SOCKET_PATH_BYTES = 107;

/**
 * Tries to connect to a Unix socket and closes at once. 0, or the error number. The runtime's own sockets report a full
 * backlog (EAGAIN) as ECONNREFUSED, which is what a dead socket says too; here they can be told apart. Never blocks.
 */
export function connectUnix(path: string): number {
  const bytes = Buffer.from(path, 'utf8');
  if (bytes.length > MAX_SOCKET_PATH_BYTES) throw new RangeError(`socket path of ${bytes.length} bytes`);
  // struct sockaddr_un: the family, 16 bits in the machine's order, then the path and a zero.
  const address = new Uint8Array(2 + bytes.length + 1);
  new Uint16Array(address.buffer, 0, 1)[0] = AF_UNIX;
  address.set(bytes, 2);
  const { socket, connect } = libc();
  const descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return errno();
  const error = connect(descriptor, address, address.length) === 0 ? 0 : errno();
  closeSync(descriptor);
  return error;
}
