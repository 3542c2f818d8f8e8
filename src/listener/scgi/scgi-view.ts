import type { View } from '../../core/view.ts';
import { passesFromPeer } from '../../protocol/scgi/passes-from-peer.ts';
import type { ScgiHead } from '../../protocol/scgi/scgi-head.ts';

/** What the gateway says of a request itself: it goes before the peer's word, or stands in where the peer says nothing. */
export interface ScgiFacts {
  readonly id: string;
  /** Decoded and normalised. */
  readonly path: string;
  readonly query: string;
  readonly serverSoftware: string;
  /** Of the connection: what a visitor of a peer without REMOTE_ADDR and SERVER_ADDR is taken for. */
  readonly remoteAddress: string;
  readonly serverAddress: string;
  readonly serverPort: string;
  /** `HTTP_X_REQUEST_ID` */
  readonly requestIdVariable: string | undefined;
}

/** The meta-variables of one SCGI request: the peer's word, but for what must not pass and for what routes. */
export class ScgiView implements View {
  readonly #head: ScgiHead;
  readonly #facts: ScgiFacts;

  constructor(head: ScgiHead, facts: ScgiFacts) {
    this.#head = head;
    this.#facts = facts;
  }

  meta(name: string): string | undefined {
    const facts = this.#facts;
    switch (name) {
      case 'SCRIPT_NAME':
        return '';
      case 'PATH_INFO':
        return facts.path;
      case 'QUERY_STRING':
        return facts.query;
      case 'UNIQUE_ID':
        return facts.id;
      case 'GATEWAY_INTERFACE':
        return 'CGI/1.1';
      case facts.requestIdVariable:
        return facts.id;
      case 'REQUEST_URI':
        return this.#said(name) ?? this.#madeUri();
      case 'SERVER_SOFTWARE':
        return this.#said(name) ?? facts.serverSoftware;
      case 'SERVER_PROTOCOL':
        return this.#said(name) ?? 'HTTP/1.1';
      case 'SERVER_NAME':
        return this.#said(name) ?? facts.serverAddress;
      case 'SERVER_PORT':
        return this.#said(name) ?? facts.serverPort;
      case 'REMOTE_ADDR':
        return this.#said(name) ?? facts.remoteAddress;
      case 'REQUEST_SCHEME':
        return this.#isSecure() ? 'https' : 'http';
      case 'HTTPS':
        return this.#isSecure() ? 'on' : undefined;
      case 'CONTENT_TYPE':
        return this.#said(name);
      default:
        return passesFromPeer(name) ? this.#head.meta(name) : undefined;
    }
  }

  *entries(): Generator<readonly [string, string]> {
    const own = new Set<string>(alwaysSaid);
    if (this.#facts.requestIdVariable !== undefined) own.add(this.#facts.requestIdVariable);
    for (const name of own) {
      const value = this.meta(name);
      if (value !== undefined) yield [name, value];
    }
    for (const [name] of this.#head.entries()) {
      if (own.has(name)) continue;
      const value = this.meta(name);
      if (value !== undefined) yield [name, value];
    }
  }

  #isSecure(): boolean {
    const https = this.#said('HTTPS');
    return https === undefined
      ? this.#head.meta('REQUEST_SCHEME')?.toLowerCase() === 'https'
      : /^(?:on|1|https)$/i.test(https);
  }

  /** An empty text says nothing: nginx sends every variable of its list, empty where it does not know it. */
  #said(name: string): string | undefined {
    const value = this.#head.meta(name);
    return value === '' ? undefined : value;
  }

  #madeUri(): string {
    const { path, query } = this.#facts;
    const encoded = path.replace(
      /[^A-Za-z0-9/._~!$&'()*+,;=:@-]/g,
      (unit) => `%${unit.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
    );
    return query === '' ? encoded : `${encoded}?${query}`;
  }
}

const alwaysSaid = [
  'GATEWAY_INTERFACE',
  'SERVER_SOFTWARE',
  'SERVER_PROTOCOL',
  'SERVER_NAME',
  'SERVER_PORT',
  'REQUEST_METHOD',
  'REQUEST_SCHEME',
  'HTTPS',
  'REQUEST_URI',
  'SCRIPT_NAME',
  'PATH_INFO',
  'QUERY_STRING',
  'REMOTE_ADDR',
  'UNIQUE_ID',
] as const;
