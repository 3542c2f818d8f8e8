const AF_UNIX = 1;

/** Bytes of a path in `sockaddr_un`, its final zero not counted. */
export const MAX_SOCKET_PATH_BYTES = 107;

/** The `sockaddr_un` of a path: the family, 16 bits in the machine's order, then the path and a zero. */
export function unixSocketAddress(path: string): Uint8Array {
  const bytes = Buffer.from(path, 'utf8');
  if (bytes.length > MAX_SOCKET_PATH_BYTES) throw new RangeError(`socket path of ${bytes.length} bytes`);
  const address = new Uint8Array(2 + bytes.length + 1);
  new Uint16Array(address.buffer, 0, 1)[0] = AF_UNIX;
  address.set(bytes, 2);
  return address;
}
