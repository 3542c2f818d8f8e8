import type { Socket } from 'bun';
import type { Address, SocketRights } from '../../config/configuration.ts';
import type { ExchangeHandler, Listener } from '../../core/listener.ts';
import type { ErrorPage } from '../../core/overload-page.ts';
import type { Refusal } from '../../core/refusal.ts';
import type { ConnectionBudget } from '../connection-budget.ts';
import { RequestIdField } from '../http/request-id-field.ts';
import { isLocalPeer } from '../is-local-peer.ts';
import { ListeningSocket } from '../listening-socket.ts';
import { plainAddress } from '../plain-address.ts';
import { ScgiConnection, type ScgiConnectionState, type ScgiContext } from './scgi-connection.ts';
import type { ScgiSettings } from './scgi-settings.ts';

export interface ScgiListenerOptions {
  readonly address: Address;
  /** A socket that listens there already. */
  readonly descriptor?: number | undefined;
  /** Of a Unix socket. */
  readonly rights?: SocketRights | undefined;
  /** Shared by all listeners of the gateway. */
  readonly budget?: ConnectionBudget;
  readonly settings: ScgiSettings;
  readonly serverSoftware: string;
  readonly handler: ExchangeHandler;
  readonly errorPage: ErrorPage;
  readonly now: () => number;
  readonly nextId: () => string;
  /** Names the field by which front servers give a request its id, and visitors are told it. */
  readonly requestIdHeader?: string;
  readonly onRefused: (refusal: Refusal) => void;
}

/** How often time limits are looked at: one timer for all connections. */
const sweepMs = 250;

type Handled = Socket<ScgiConnection>;

/** SCGI for front servers. One request a connection (SCGI, A Simple Common Gateway Interface alternative, 2008). */
export class ScgiListener implements Listener {
  readonly #options: ScgiListenerOptions;
  readonly #connections = new Set<ScgiConnection>();
  readonly #coarse: { nowMs: number };
  readonly #socket: ListeningSocket<ScgiConnection>;
  readonly #unsubscribe: (() => void) | undefined;
  readonly #timer: ReturnType<typeof setInterval>;
  #stopping = false;
  #emptied: (() => void) | undefined;

  /** Throws a Fault where the address cannot be used. */
  constructor(options: ScgiListenerOptions) {
    const { address, descriptor, rights, requestIdHeader } = options;
    this.#options = options;
    this.#coarse = { nowMs: options.now() };
    this.#socket = new ListeningSocket<ScgiConnection>({
      address,
      descriptor,
      rights,
      tls: undefined,
      socket: this.#handlers({
        settings: options.settings,
        handler: options.handler,
        errorPage: options.errorPage,
        coarse: this.#coarse,
        nextId: options.nextId,
        now: options.now,
        onRefused: options.onRefused,
        stopping: () => this.#stopping,
        requestIdField: requestIdHeader === undefined ? undefined : new RequestIdField(requestIdHeader),
      }),
    });
    this.#unsubscribe = options.budget?.onChange((full) => this.#admit(!full));
    this.#timer = setInterval(() => this.#sweep(), sweepMs);
  }

  get address(): string {
    const { address } = this.#options;
    if (address.kind === 'unix') return `scgi:unix:${address.path}`;
    const host = address.host.includes(':') ? `[${address.host}]` : address.host;
    return `scgi://${host}:${this.port}`;
  }

  /** The port that was really taken; 0 for a Unix socket. */
  get port(): number {
    return this.#socket.port;
  }

  /** Open connections by state. */
  connections(): Record<ScgiConnectionState, number> {
    const counts = { head: 0, exchange: 0, lingering: 0, closed: 0 };
    for (const connection of this.#connections) counts[connection.state]++;
    return counts;
  }

  async close(graceMs: number): Promise<void> {
    this.#stopping = true;
    this.#unsubscribe?.();
    await this.#socket.close();
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

  #handlers(context: ScgiContext) {
    const isUnix = this.#options.address.kind === 'unix';
    const { serverSoftware } = this.#options;
    return {
      open: (opened: Handled) => {
        const remoteAddress = plainAddress(opened.remoteAddress);
        const connection = new ScgiConnection(opened, context, {
          isUnix,
          trusted: isLocalPeer(remoteAddress),
          remoteAddress,
          serverAddress: plainAddress(opened.localAddress),
          serverPort: String(opened.localPort ?? 0),
          serverSoftware,
        });
        opened.data = connection;
        this.#connections.add(connection);
        this.#options.budget?.take();
      },
      data: (from: Handled, chunk: Buffer) => from.data.received(chunk),
      drain: (on: Handled) => on.data.drained(),
      end: (by: Handled) => by.data.inputEnded(),
      close: (gone: Handled) => this.#closed(gone.data),
      error: (broken: Handled) => this.#closed(broken.data),
    };
  }

  /** Opens or closes the door; where no descriptor is left to open it, the next change tries again. */
  #admit(admit: boolean): void {
    if (!admit) return this.#socket.pause();
    try {
      this.#socket.resume();
    } catch {
      this.#options.budget?.exhausted();
    }
  }

  #closed(connection: ScgiConnection): void {
    connection.closed();
    if (!this.#connections.delete(connection)) return;
    this.#options.budget?.give();
    if (this.#connections.size === 0) this.#emptied?.();
  }

  #sweep(): void {
    this.#coarse.nowMs = this.#options.now();
    for (const connection of this.#connections) connection.sweep(this.#coarse.nowMs);
  }
}
