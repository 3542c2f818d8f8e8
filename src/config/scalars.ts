import * as z from 'zod';
import {
  ADDRESS_PATTERN,
  LISTEN_ADDRESS_PATTERN,
  parseAddress,
  parseListenAddress,
  TCP_ADDRESS_PATTERN,
} from './address.ts';
import type { Address, TcpAddress } from './configuration.ts';
import { DURATION_PATTERN, formatDuration, parseDuration } from './duration.ts';
import { isTrustedProxy } from './is-trusted-proxy.ts';
import { formatSize, parseSize, SIZE_PATTERN } from './size.ts';

/**
 * The kinds of values that the configuration knows beside those of YAML. The message of every issue says what is
 * expected; `title` names the kind in the reference and in editors.
 */

/** Timers take at most 2^31 - 1 milliseconds. */
const LONGEST_MS = 20 * 24 * 3_600_000;

/** Reads milliseconds. */
export function duration(leastMs = 1, mostMs = LONGEST_MS) {
  const expected = `a duration such as 250ms, 5s, 2m or 1h, from ${formatDuration(leastMs)} to ${formatDuration(mostMs)}`;
  return scalar('duration', DURATION_PATTERN, expected, (text) => {
    const ms = parseDuration(text);
    return ms !== undefined && ms >= leastMs && ms <= mostMs ? ms : undefined;
  });
}

/** Reads bytes. */
export function size(least: number, most: number) {
  const bounds = `from ${formatSize(least)} to ${formatSize(most)}`;
  return scalar('size', SIZE_PATTERN, `a size such as 512B, 64KiB or 20MB, ${bounds}`, (text) => {
    const bytes = parseSize(text);
    return bytes !== undefined && bytes >= least && bytes <= most ? bytes : undefined;
  });
}

/** An address to listen on: port 0 is any that is free. */
export function listenAddress() {
  const expected =
    'an address such as 127.0.0.1:8080, "[::1]:8080", localhost:8080, :8080 or unix:./spillway.sock';
  return scalar('address', LISTEN_ADDRESS_PATTERN, expected, parseListenAddress);
}

/** As `listenAddress`, without Unix sockets. */
export function tcpListenAddress() {
  const expected = 'a TCP address such as 127.0.0.1:9180, "[::1]:9180" or localhost:9180';
  return scalar('TCP address', TCP_ADDRESS_PATTERN, expected, (text): TcpAddress | undefined => {
    const address = parseAddress(text);
    return address?.kind === 'tcp' ? address : undefined;
  });
}

const connectExpected = 'an address to connect to, such as unix:./wiki.sock, 127.0.0.1:4000 or "[::1]:4000"';

/** An address to connect to: it needs a host and a port. */
function connectAddress() {
  return scalar('address', ADDRESS_PATTERN, connectExpected, (text) => {
    const address = text.startsWith(':') ? undefined : parseAddress(text);
    return address?.kind === 'tcp' && address.port === 0 ? undefined : address;
  });
}

/** Reads one address to connect to, or a list of them, into a list. */
export function connectAddresses() {
  const expected = `${connectExpected}, or a list of them`;
  const address = connectAddress();
  return z
    .union(
      [
        address.transform((one): Address[] => [one]),
        z
          .array(address, { error: expected })
          .min(1, { error: expected })
          .max(64, { error: 'at most 64 addresses' }),
      ],
      { error: expected },
    )
    .meta({ title: 'address, or list of addresses' });
}

/** The name of a field that can carry nothing but an id: `Host` or `Cookie` would be overwritten for programs. */
export function requestIdHeader() {
  const expected = 'the name of a header field that starts with X- or ends with -Id, such as X-Request-Id';
  return scalar(
    'header field',
    '^(?:[Xx]-[A-Za-z0-9-]{1,60}|[A-Za-z0-9-]{1,60}-[Ii][Dd])$',
    expected,
    (text) => text,
  );
}

/** Reads permission bits. In quotes, since YAML takes 0660 for the number 660 and 0o660 for 432. */
export function socketMode() {
  return scalar('permissions', '^0?[0-7]{3}$', 'permissions in quotes, such as "0660"', (text) =>
    Number.parseInt(text, 8),
  );
}

/** Reads permission bits; in quotes likewise. */
export function umask() {
  return scalar('umask', '^0?[0-7]{3}$', 'a umask in quotes, such as "027"', (text) =>
    Number.parseInt(text, 8),
  );
}

/** A user or group of the machine. */
export function accountName() {
  return scalar(
    'account',
    '^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}\\$?$',
    'the name of an account of this machine, such as www-data, or its number in quotes',
    (text) => text,
  );
}

/** An address, a CIDR block, or `unix`; as it is written. */
export function trustedProxy() {
  const expected = 'an address such as 192.0.2.1 or "::1", a block such as 10.0.0.0/8, or unix';
  return scalar('address or block', '^(?:unix|[0-9A-Fa-f:.]+(?:/[0-9]{1,3})?)$', expected, (text) =>
    isTrustedProxy(text) ? text : undefined,
  );
}

export function path(expected: string) {
  return scalar('path', '^[^\\u0000]+$', expected, (text) => text);
}

/** Reads one host or a list of them into a list. */
export function hosts() {
  const expected =
    'a host such as wiki.example.org or "*.example.org", without a port, or a list of them; an IPv6 address needs brackets and quotes';
  const pattern =
    '^(?:(?:\\*\\.)?[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?(?:\\.[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?)*|\\[[0-9A-Fa-f:.]+\\])$';
  const host = scalar('host', pattern, expected, (text) =>
    text.length > 253 ? undefined : text.toLowerCase(),
  );
  return z
    .union([host.transform((one) => [one]), z.array(host, { error: expected }).min(1, { error: expected })], {
      error: expected,
    })
    .meta({ title: 'host, or list of hosts' });
}

/** Reads the prefix without its trailing slash; empty for the root. */
export function pathPrefix() {
  const expected =
    "a path prefix such as /wiki, or / for everything (ASCII letters, digits and -._~!$&'()*+,;=:@ between single slashes, no . or .. alone)";
  // Paths are compared decoded: with a % or a letter outside ASCII it would be open which bytes are meant.
  const pattern = "^/(?:[A-Za-z0-9._~!$&'()*+,;=:@-]+(?:/[A-Za-z0-9._~!$&'()*+,;=:@-]+)*/?)?$";
  return scalar('path prefix', pattern, expected, (text) =>
    /\/\.\.?(?:\/|$)/.test(text) ? undefined : text.replace(/\/$/, ''),
  );
}

/** A string that `read` makes something of, or nothing where it is not as expected. */
function scalar<Value extends {}>(
  title: string,
  pattern: string,
  expected: string,
  read: (text: string) => Value | undefined,
) {
  return z
    .string({ error: expected })
    .regex(new RegExp(pattern, 'u'), { error: expected, abort: true })
    .transform((text, context): Value => {
      const value = read(text);
      if (value !== undefined) return value;
      context.addIssue({ code: 'custom', message: expected });
      return z.NEVER;
    })
    .meta({ title });
}
