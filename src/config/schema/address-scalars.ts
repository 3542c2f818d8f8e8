import * as z from 'zod';
import {
  ADDRESS_PATTERN,
  LISTEN_ADDRESS_PATTERN,
  parseAddress,
  parseListenAddress,
  TCP_ADDRESS_PATTERN,
} from '../address.ts';
import type { Address, TcpAddress } from '../configuration.ts';
import { isTrustedProxy } from '../is-trusted-proxy.ts';
import { scalar } from './scalar.ts';

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

/** An address, a CIDR block, or `unix`; as it is written. */
export function trustedProxy() {
  const expected = 'an address such as 192.0.2.1 or "::1", a block such as 10.0.0.0/8, or unix';
  return scalar('address or block', '^(?:unix|[0-9A-Fa-f:.]+(?:/[0-9]{1,3})?)$', expected, (text) =>
    isTrustedProxy(text) ? text : undefined,
  );
}

/** An address or a CIDR block of visitors; as it is written. */
export function addressBlock() {
  const expected = 'an address such as 192.0.2.1 or "::1", or a block such as 10.0.0.0/8';
  return scalar('address or block', '^[0-9A-Fa-f:.]+(?:/[0-9]{1,3})?$', expected, (text) =>
    text !== 'unix' && isTrustedProxy(text) ? text : undefined,
  );
}
