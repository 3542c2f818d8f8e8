import type { View } from '../../core/view.ts';
import { fieldVariableName } from '../../protocol/cgi/field-variable-name.ts';
import { mergeFieldValues } from '../../protocol/cgi/merge-field-values.ts';
import type { RequestHead } from '../../protocol/http1/request-head.ts';
import type { TrustedProxies } from '../trusted-proxies.ts';

/** What visitor and listener have agreed on, as OpenSSL names it. */
export interface SecuredBy {
  /** `TLSv1.3` */
  readonly protocol: string;
  /** `TLS_AES_256_GCM_SHA384` */
  readonly cipher: string;
}

/** What a connection knows that its requests do not say. */
export interface ConnectionFacts {
  readonly remoteAddress: string;
  readonly remotePort: string;
  readonly serverAddress: string;
  readonly serverPort: string;
  readonly serverSoftware: string;
  /** Only over TLS; asked when somebody wants to know. */
  readonly secured?: (() => SecuredBy | undefined) | undefined;
  /** The peer is a front server whose word on the request's id counts. */
  readonly trusted?: boolean;
  /** The peer is a trusted proxy: its X-Forwarded-* fields count, and these are the others. */
  readonly proxies?: TrustedProxies | undefined;
  /** `HTTP_X_REQUEST_ID`: has the id of the request, whatever the visitor wrote there. */
  readonly requestIdVariable?: string | undefined;
}

/** The meta-variables of one HTTP request (RFC 3875, section 4.1), read from the bytes of its head when somebody asks. */
export class HttpView implements View {
  readonly #head: RequestHead;
  readonly #facts: ConnectionFacts;
  readonly #id: string;
  readonly #path: string;
  readonly #query: string;

  /** `path` is decoded and normalised, `query` as it was sent. */
  constructor(head: RequestHead, facts: ConnectionFacts, id: string, path: string, query: string) {
    this.#head = head;
    this.#facts = facts;
    this.#id = id;
    this.#path = path;
    this.#query = query;
  }

  meta(name: string): string | undefined {
    const head = this.#head;
    switch (name) {
      case 'REQUEST_METHOD':
        return head.method;
      case 'REQUEST_URI':
        return head.target();
      case 'PATH_INFO':
        return this.#path;
      case 'QUERY_STRING':
        return this.#query;
      case 'CONTENT_LENGTH':
        return head.hasBody && head.contentLength !== undefined ? String(head.contentLength) : undefined;
      case 'SERVER_PROTOCOL':
        return head.minorVersion === 1 ? 'HTTP/1.1' : 'HTTP/1.0';
      case 'SERVER_NAME':
        return this.#serverName();
      case 'HTTP_HOST':
        // Asked for every request, to find its route: without building the variables of all fields.
        return this.#head.host();
      case 'REMOTE_ADDR':
        return this.#facts.remoteAddress;
      case 'REMOTE_PORT':
        return this.#facts.remotePort;
      case 'SERVER_ADDR':
        return this.#facts.serverAddress;
      case 'SERVER_PORT':
        return this.#facts.serverPort;
      case 'SERVER_SOFTWARE':
        return this.#facts.serverSoftware;
      case 'GATEWAY_INTERFACE':
        return 'CGI/1.1';
      case 'REQUEST_SCHEME':
        return this.#facts.secured === undefined ? 'http' : 'https';
      case 'HTTPS':
        return this.#facts.secured === undefined ? undefined : 'on';
      case 'SSL_PROTOCOL':
        return this.#facts.secured?.()?.protocol;
      case 'SSL_CIPHER':
        return this.#facts.secured?.()?.cipher;
      case 'SCRIPT_NAME':
        return '';
      case 'UNIQUE_ID':
        return this.#id;
      default:
        return this.#fieldVariable(name);
    }
  }

  entries(): readonly (readonly [string, string])[] {
    const entries: [string, string][] = [];
    for (const name of namesOfOurs) {
      const value = this.meta(name);
      if (value !== undefined) entries.push([name, value]);
    }
    const own = entries.length;
    const head = this.#head;
    for (let index = 0; index < head.fieldCount; index++) {
      const name = fieldVariableName(head.fieldName(index));
      if (name === undefined || name === 'CONTENT_LENGTH') continue;
      this.#add(entries, own, name, head.fieldValue(index));
    }
    const { requestIdVariable } = this.#facts;
    if (requestIdVariable !== undefined) put(entries, own, requestIdVariable, this.#id);
    // Under an absolute target the Host field is to be ignored (RFC 9112, section 3.2.2).
    if (head.authorityStart >= 0) put(entries, own, 'HTTP_HOST', head.host() ?? '');
    return entries;
  }

  /** Repeated fields become one variable. Few fields come, and fewer twice: looking through them costs less than a map. */
  #add(entries: [string, string][], own: number, name: string, value: string): void {
    for (let index = own; index < entries.length; index++) {
      const entry = entries[index];
      if (entry?.[0] !== name) continue;
      entry[1] = mergeFieldValues(name, entry[1], value);
      return;
    }
    entries.push([name, value]);
  }

  /** One variable out of the fields, without making the others. */
  #fieldVariable(variable: string): string | undefined {
    const head = this.#head;
    if (variable === this.#facts.requestIdVariable) return this.#id;
    if (variable === 'HTTP_HOST' && head.authorityStart >= 0) return head.host();
    let value: string | undefined;
    for (let index = 0; index < head.fieldCount; index++) {
      if (!head.fieldIs(index, variable) || fieldVariableName(head.fieldName(index)) !== variable) continue;
      const next = head.fieldValue(index);
      value = value === undefined ? next : mergeFieldValues(variable, value, next);
    }
    return value;
  }

  /** The name without the port; the address of the socket where the visitor names none. */
  #serverName(): string {
    const host = this.#head.host();
    if (host === undefined || host === '') return this.#facts.serverAddress;
    const colon = host.endsWith(']') ? -1 : host.lastIndexOf(':');
    return colon < 0 ? host : host.slice(0, colon);
  }
}

/** Sets a variable, whatever the fields said of it. */
function put(entries: [string, string][], own: number, name: string, value: string): void {
  for (let index = own; index < entries.length; index++) {
    const entry = entries[index];
    if (entry?.[0] !== name) continue;
    entry[1] = value;
    return;
  }
  entries.push([name, value]);
}

const namesOfOurs = [
  'GATEWAY_INTERFACE',
  'SERVER_SOFTWARE',
  'SERVER_PROTOCOL',
  'SERVER_NAME',
  'SERVER_ADDR',
  'SERVER_PORT',
  'REQUEST_METHOD',
  'REQUEST_SCHEME',
  'HTTPS',
  'SSL_PROTOCOL',
  'SSL_CIPHER',
  'REQUEST_URI',
  'SCRIPT_NAME',
  'PATH_INFO',
  'QUERY_STRING',
  'REMOTE_ADDR',
  'REMOTE_PORT',
  'CONTENT_LENGTH',
  'UNIQUE_ID',
] as const;
