import { Fault } from '../../core/fault.ts';

export interface FloodTarget {
  readonly host: string;
  readonly port: number;
  /** The bytes that every visitor sends. */
  readonly request: Uint8Array;
}

/**
 * Whom to flood. Only this machine: a load generator that can be pointed at others is a weapon, and what it would measure is
 * the network.
 * @throws Fault where the address is not `http://` and this machine's own.
 */
export function floodTarget(url: string): FloodTarget {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol !== 'http:') {
    throw new Fault('flood/bad-address', `expected an address such as http://127.0.0.1:8080/, found ${url}`);
  }
  const host = parsed.hostname.replace(/^\[(.*)\]$/, '$1');
  if (host !== 'localhost' && host !== '::1' && !/^127\.\d+\.\d+\.\d+$/.test(host)) {
    throw new Fault(
      'flood/not-this-machine',
      `expected an address of this machine (127.0.0.1, ::1 or localhost), found ${parsed.hostname}: only a gateway of your own may be flooded`,
    );
  }
  const lines = [
    `GET ${parsed.pathname}${parsed.search} HTTP/1.1`,
    `Host: ${parsed.host}`,
    'User-Agent: spillway-flood',
    // As a browser that opens a page.
    'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  ];
  return {
    // What `localhost` means is not left to a name server.
    host: host === 'localhost' ? '127.0.0.1' : host,
    port: parsed.port === '' ? 80 : Number(parsed.port),
    request: Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'),
  };
}
