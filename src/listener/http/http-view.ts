import type { View } from '../../core/view.ts';
import { fieldVariableName } from '../../protocol/cgi/field-variable-name.ts';
import { mergeFieldValues } from '../../protocol/cgi/merge-field-values.ts';
import type { RequestHead } from '../../protocol/http1/request-head.ts';

/** What a connection knows that its requests do not say. */
export interface ConnectionFacts {
  readonly remoteAddress: string;
  readonly remotePort: string;
  readonly serverAddress: string;
  readonly serverPort: string;
  readonly serverSoftware: string;
}

/** The meta-variables of one HTTP request (RFC 3875, section 4.1), read from the bytes of its head when somebody asks. */
export class HttpView implements View {
  readonly #head: RequestHead;
  readonly #facts: ConnectionFacts;
  readonly #id: string;
  readonly #path: string;
  readonly #query: string;
  #fields: Map<string, string> | undefined;

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
        return 'http';
      case 'SCRIPT_NAME':
        return '';
      case 'UNIQUE_ID':
        return this.#id;
      default:
        return this.#fieldVariables().get(name);
    }
  }

  *entries(): Generator<readonly [string, string]> {
    for (const name of namesOfOurs) {
      const value = this.meta(name);
      if (value !== undefined) yield [name, value];
    }
    yield* this.#fieldVariables();
  }

  /** Repeated fields become one variable. */
  #fieldVariables(): Map<string, string> {
    if (this.#fields !== undefined) return this.#fields;
    const fields = new Map<string, string>();
    const head = this.#head;
    for (let index = 0; index < head.fieldCount; index++) {
      const name = fieldVariableName(head.fieldName(index));
      if (name === undefined || name === 'CONTENT_LENGTH') continue;
      const value = head.fieldValue(index);
      const earlier = fields.get(name);
      fields.set(name, earlier === undefined ? value : mergeFieldValues(name, earlier, value));
    }
    // Under an absolute target the Host field is to be ignored (RFC 9112, section 3.2.2).
    const host = head.host();
    if (host !== undefined) fields.set('HTTP_HOST', host);
    this.#fields = fields;
    return fields;
  }

  /** The name without the port; the address of the socket where the visitor names none. */
  #serverName(): string {
    const host = this.#head.host();
    if (host === undefined || host === '') return this.#facts.serverAddress;
    const colon = host.endsWith(']') ? -1 : host.lastIndexOf(':');
    return colon < 0 ? host : host.slice(0, colon);
  }
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
  'REQUEST_URI',
  'SCRIPT_NAME',
  'PATH_INFO',
  'QUERY_STRING',
  'REMOTE_ADDR',
  'REMOTE_PORT',
  'CONTENT_LENGTH',
  'UNIQUE_ID',
] as const;
