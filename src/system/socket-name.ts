import { errno } from './errno.ts';
import { libc } from './libc.ts';

const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
const SOL_SOCKET = 1;
const SO_ACCEPTCONN = 30;
/** `sockaddr_un` is the longest: two bytes of family, 108 of path. */
const LONGEST_ADDRESS = 128;

export type SocketName =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

/** Where an open socket listens; an error number where it is no socket, `undefined` where it does not listen. */
export function listeningName(descriptor: number): SocketName | number | undefined {
  const { getsockname, getsockopt } = libc();
  const value = new Int32Array(1);
  const length = new Uint32Array([4]);
  if (getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, value, length) !== 0) return errno();
  if (value[0] === 0) return undefined;
  const address = Buffer.alloc(LONGEST_ADDRESS);
  length[0] = LONGEST_ADDRESS;
  if (getsockname(descriptor, address, length) !== 0) return errno();
  // The family is in the machine's order, which is little-endian wherever the runtime runs; ports are big-endian.
  switch (address.readUInt16LE(0)) {
    case AF_INET:
      return { kind: 'tcp', host: [...address.subarray(4, 8)].join('.'), port: address.readUInt16BE(2) };
    case AF_INET6:
      return { kind: 'tcp', host: ipv6Text(address.subarray(8, 24)), port: address.readUInt16BE(2) };
    case AF_UNIX:
      return { kind: 'unix', path: unixText(address.subarray(2, length[0])) };
    default:
      return undefined;
  }
}

function ipv6Text(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, at) => bytes.readUInt16BE(2 * at).toString(16)).join(':');
  // The URL parser shortens it as RFC 5952 has it.
  return new URL(`http://[${groups}]`).hostname.slice(1, -1);
}

/** An abstract name begins with a zero, written as `@`. */
function unixText(path: Buffer): string {
  if (path[0] === 0) return `@${path.subarray(1).toString()}`;
  const end = path.indexOf(0);
  return path.subarray(0, end < 0 ? path.length : end).toString();
}
