import { isIPv4, isIPv6 } from 'node:net';
import type { Address, ListenAddress } from './configuration.ts';

const TCP = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]*)):([0-9]{1,5})$/;
const UNIX = /^unix:([^\0]+)$/;

/** The form of an address, as a regular expression for schemas. */
export const ADDRESS_PATTERN = `${UNIX.source.replace('\\0', '\\u0000')}|${TCP.source}`;
export const TCP_ADDRESS_PATTERN = TCP.source;

const INHERITED = /^(?:systemd:([^\0:]{1,255})|fd:([3-9]|[1-9][0-9]{1,4}))$/;
export const LISTEN_ADDRESS_PATTERN = `${ADDRESS_PATTERN}|${INHERITED.source.replace('\\0', '\\u0000')}`;

/** As `parseAddress`, or `systemd:NAME` and `fd:NUMBER` for a socket that is open already. */
export function parseListenAddress(text: string): ListenAddress | undefined {
  const [, name, descriptor] = INHERITED.exec(text) ?? [];
  if (name !== undefined) return { kind: 'systemd', name };
  if (descriptor !== undefined) return { kind: 'descriptor', descriptor: Number(descriptor) };
  return parseAddress(text);
}

/**
 * `127.0.0.1:8080`, `[::1]:8080`, `localhost:80`, `unix:PATH` (the path as it is written); nothing where the text has
 * another form. `:8080` is every address of the machine: `::` takes IPv4 as well.
 */
export function parseAddress(text: string): Address | undefined {
  const path = UNIX.exec(text)?.[1];
  if (path !== undefined) return { kind: 'unix', path };
  const [, ipv6, name, digits] = TCP.exec(text) ?? [];
  const port = Number(digits);
  const host = ipv6 ?? (name === '' ? '::' : name);
  if (digits === undefined || host === undefined || port > 65_535) return undefined;
  if (ipv6 !== undefined && !isIPv6(ipv6)) return undefined;
  // Digits and dots alone are meant as an IPv4 address, not as a name.
  if (name !== undefined && /^[0-9.]+$/.test(name) && !isIPv4(name)) return undefined;
  return { kind: 'tcp', host, port };
}

/** In the words of a daemon's command: the path of a Unix socket, or `host:port`. */
export const ADDRESS_PLACEHOLDER = '{address}';

/** Puts an address into the words of a command. */
export function fillInAddress(words: readonly string[], address: Address): string[] {
  const text = address.kind === 'unix' ? address.path : formatAddress(address);
  return words.map((word) => word.replaceAll(ADDRESS_PLACEHOLDER, () => text));
}

/** As `parseListenAddress` reads it. */
export function formatAddress(address: ListenAddress): string {
  if (address.kind === 'systemd') return `systemd:${address.name}`;
  if (address.kind === 'descriptor') return `fd:${address.descriptor}`;
  if (address.kind === 'unix') return `unix:${address.path}`;
  return `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`;
}
