import type { Socket, TCPSocketListener, UnixSocketListener } from 'bun';
import type { Address } from '../../config/configuration.ts';
import type { ExchangeHandler, Listener } from '../../core/listener.ts';
import type { ErrorPage } from '../../core/overload-page.ts';
import type { Refusal } from '../../core/refusal.ts';
import { isLocalPeer } from '../is-local-peer.ts';
import { listenFault } from '../listen-fault.ts';
import { plainAddress } from '../plain-address.ts';
import { type ConnectionContext, type ConnectionState, HttpConnection } from './http-connection.ts';
import type { HttpSettings } from './http-settings.ts';
import { RequestIdField } from './request-id-field.ts';

export interface HttpListenerOptions {
  readonly address: Address;
  readonly settings: HttpSettings;
  readonly serverSoftware: string;
  readonly handler: ExchangeHandler;
  readonly errorPage: ErrorPage;
  readonly now: () => number;
  readonly nextId: () => string;
  /** Names the field by which front servers give a request its id, and visitors are told it. */
  readonly requestIdHeader?: string;
  readonly onRefused: (refusal: Refusal) => void;
}

/** How often time limits are looked at. One timer for all connections: a timer each would cost more than the request. */
const sweepMs = 250;
const scratchBytes = 256 << 10;

type Handled = Socket<HttpConnection>;

/** HTTP/1.1 on `Bun.listen`. `Bun.serve` is not byte-true: it normalises targets, joins fields and loses pipelined answers. */
export class HttpListener implements Listener {
  readonly #options: HttpListenerOptions;
  readonly #connections = new Set<HttpConnection>();
  readonly #coarse: ConnectionContext['coarse'];
  readonly #server: TCPSocketListener<HttpConnection> | UnixSocketListener<HttpConnection>;
  readonly #timer: ReturnType<typeof setInterval>;
  #stopping = false;
  #emptied: (() => void) | undefined;

  constructor(options: HttpListenerOptions) {
    this.#options = options;
    this.#coarse = { nowMs: options.now(), dateLine: dateLine() };
    const context: ConnectionContext = {
      settings: options.settings,
      handler: options.handler,
      errorPage: options.errorPage,
      scratch: new Uint8Array(scratchBytes),
      coarse: this.#coarse,
      nextId: options.nextId,
      requestIdField:
        options.requestIdHeader === undefined ? undefined : new RequestIdField(options.requestIdHeader),
      now: options.now,
      onRefused: options.onRefused,
      stopping: () => this.#stopping,
    };
    this.#server = this.#listen(context);
    this.#timer = setInterval(() => this.#sweep(), sweepMs);
  }

  get address(): string {
    const { address } = this.#options;
    if (address.kind === 'unix') return `unix:${address.path}`;
    const host = address.host.includes(':') ? `[${address.host}]` : address.host;
    return `http://${host}:${this.port}`;
  }

  /** The port that was really taken; 0 for a Unix socket. */
  get port(): number {
    return 'port' in this.#server ? this.#server.port : 0;
  }

  /** Open connections by state. */
  connections(): Record<ConnectionState, number> {
    const counts: Record<ConnectionState, number> = {
      idle: 0,
      head: 0,
      exchange: 0,
      lingering: 0,
      closed: 0,
    };
    for (const connection of this.#connections) counts[connection.state]++;
    return counts;
  }

  async close(graceMs: number): Promise<void> {
    this.#stopping = true;
    this.#server.stop(false);
    this.#sweep();
    if (this.#connections.size > 0) {
      await new Promise<void>((resolve) => {
        this.#emptied = resolve;
        setTimeout(resolve, graceMs);
      });
    }
    for (const connection of [...this.#connections]) connection.abort();
    clearInterval(this.#timer);
  }

  #listen(
    context: ConnectionContext,
  ): TCPSocketListener<HttpConnection> | UnixSocketListener<HttpConnection> {
    const { address } = this.#options;
    const socket = {
      open: (opened: Handled) => {
        const connection = new HttpConnection(opened, context, {
          remoteAddress: plainAddress(opened.remoteAddress),
          remotePort: String(opened.remotePort ?? 0),
          serverAddress: plainAddress(opened.localAddress),
          serverPort: String(opened.localPort ?? 0),
          serverSoftware: this.#options.serverSoftware,
          trusted: isLocalPeer(plainAddress(opened.remoteAddress)),
          requestIdVariable: context.requestIdField?.variable,
        });
        opened.data = connection;
        this.#connections.add(connection);
      },
      data: (from: Handled, chunk: Buffer) => from.data.received(chunk),
      drain: (on: Handled) => on.data.drained(),
      end: (by: Handled) => by.data.inputEnded(),
      close: (gone: Handled) => this.#closed(gone.data),
      error: (broken: Handled) => this.#closed(broken.data),
    };
    try {
      if (address.kind === 'unix')
        return Bun.listen<HttpConnection>({ unix: address.path, allowHalfOpen: true, socket });
      return Bun.listen<HttpConnection>({
        hostname: address.host,
        port: address.port,
        allowHalfOpen: true,
        socket,
      });
    } catch (error) {
      throw listenFault(address, error);
    }
  }

  #closed(connection: HttpConnection): void {
    connection.closed();
    this.#connections.delete(connection);
    if (this.#connections.size === 0) this.#emptied?.();
  }

  #sweep(): void {
    this.#coarse.nowMs = this.#options.now();
    this.#coarse.dateLine = dateLine();
    for (const connection of this.#connections) connection.sweep(this.#coarse.nowMs);
  }
}

function dateLine(): Uint8Array {
  return Buffer.from(`Date: ${new Date().toUTCString()}\r\n`, 'latin1');
}
