import { closeSync } from 'node:fs';
import { errno } from './errno.ts';
import { libc } from './libc.ts';

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const MSG_NOSIGNAL = 0x4000;
/** Bytes of a path in `sockaddr_un`; an abstract name needs no zero behind it. */
const LONGEST_PATH = 108;

/**
 * Sends one datagram to a Unix socket; a path that begins with `@` is a name in the abstract namespace (unix(7)). 0, or
 * the error number. Never blocks. The runtime's own datagram sockets know only UDP.
 */
export function sendDatagram(path: string, message: string): number {
  const name = Buffer.from(path, 'utf8');
  if (path.startsWith('@')) name[0] = 0;
  if (name.length === 0 || name.length > LONGEST_PATH)
    throw new RangeError(`socket path of ${name.length} bytes`);
  // struct sockaddr_un: the family, 16 bits in the machine's order, then the path; the length ends an abstract name.
  const address = new Uint8Array(2 + LONGEST_PATH + 1);
  new Uint16Array(address.buffer, 0, 1)[0] = AF_UNIX;
  address.set(name, 2);
  const length = 2 + name.length + (path.startsWith('@') ? 0 : 1);
  const bytes = Buffer.from(message, 'utf8');
  const { socket, sendto } = libc();
  const descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return errno();
  const sent = Number(sendto(descriptor, bytes, bytes.length, MSG_NOSIGNAL, address, length));
  const error = sent < 0 ? errno() : 0;
  closeSync(descriptor);
  return error;
}
