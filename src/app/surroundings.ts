import { CONTROL_VARIABLE } from '../prefork/worker-protocol.ts';

export interface AppOptions {
  /** Address to serve SCGI at. */
  readonly scgi?: string | undefined;
  /** Address to serve HTTP at, for development. */
  readonly http?: string | undefined;
  /** Connections that a prefork worker serves at once. */
  readonly concurrency?: number | undefined;
}

/** How the application is to be run. */
export type Way =
  | { readonly kind: 'http'; readonly address: string }
  | { readonly kind: 'cgi' | 'worker' }
  /** Without an address: at a listening socket that was inherited. */
  | { readonly kind: 'scgi'; readonly address: string | undefined };

/**
 * What the surroundings ask for. What was asked in words goes first; then who started us: a prefork parent, or a web server
 * (RFC 3875), in this order, since a prefork parent may have been started by a CGI program; else there must be a listening socket as descriptor 3 (systemd) or standard input (inetd, a parent whose workers accept by
 * themselves).
 */
export function wayFor(options: AppOptions, environment: Readonly<Record<string, string | undefined>>): Way {
  if (options.http !== undefined) return { kind: 'http', address: options.http };
  if (options.scgi !== undefined) return { kind: 'scgi', address: options.scgi };
  if ((environment[CONTROL_VARIABLE] ?? '') !== '') return { kind: 'worker' };
  if ((environment.GATEWAY_INTERFACE ?? '') !== '') return { kind: 'cgi' };
  return { kind: 'scgi', address: undefined };
}
