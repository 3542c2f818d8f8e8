import type { Address } from '../config/configuration.ts';
import { unixSocketAddress } from '../system/unix-socket-address.ts';

const AF_INET = 2;
const AF_INET6 = 10;

/**
 * The `sockaddr` structures of an address, to be tried in order: several where the host is a name that has several. Throws what
 * the resolver says, and a RangeError for a path that is too long for a socket.
 */
export async function socketAddresses(address: Address): Promise<Uint8Array[]> {
  if (address.kind === 'unix') return [unixSocketAddress(address.path)];
  const { host, port } = address;
  const literal = literalAddress(host, port);
  if (literal !== undefined) return [literal];
  // The resolver is loaded only where a name has to be looked up.
  const found = await Bun.dns.lookup(host, {});
  return found.flatMap(({ address }) => literalAddress(address, port) ?? []);
}

function literalAddress(host: string, port: number): Uint8Array | undefined {
  const four = ipv4Bytes(host);
  if (four !== undefined) return inet(AF_INET, 16, port, four, 4);
  const groups = ipv6Groups(host);
  if (groups === undefined) return undefined;
  const bytes = groups.flatMap((group) => [group >> 8, group & 255]);
  return inet(AF_INET6, 28, port, bytes, 8);
}

/** Family in the machine's order, port in the network's; `at`: where the address stands, behind the flow label of IPv6. */
function inet(
  family: number,
  size: number,
  port: number,
  address: readonly number[],
  at: number,
): Uint8Array {
  const bytes = new Uint8Array(size);
  new Uint16Array(bytes.buffer, 0, 1)[0] = family;
  bytes[2] = port >> 8;
  bytes[3] = port & 255;
  bytes.set(address, at);
  return bytes;
}

function ipv4Bytes(host: string): number[] | undefined {
  const bytes = host.split('.').map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : 256));
  return bytes.length === 4 && bytes.every((byte) => byte < 256) ? bytes : undefined;
}

/** RFC 4291, section 2.2: eight groups of 16 bits, one run of zeros as `::`, the last two perhaps as IPv4. */
function ipv6Groups(host: string): number[] | undefined {
  const halves = host.split('::');
  if (!host.includes(':') || halves.length > 2) return undefined;
  const [before = [], after = []] = halves.map(groupsOf);
  const zeros = halves.length === 2 ? 8 - before.length - after.length : 0;
  if (zeros < 0) return undefined;
  const groups = [...before, ...Array<number>(zeros).fill(0), ...after];
  return groups.length === 8 && groups.every((group) => group <= 0xffff) ? groups : undefined;
}

function groupsOf(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    const [a = 0, b = 0, c = 0, d = 0] = ipv4Bytes(group) ?? [];
    if (group.includes('.')) return [a * 256 + b, c * 256 + d];
    return /^[0-9a-f]{1,4}$/i.test(group) ? Number.parseInt(group, 16) : 0x10000;
  });
}
