import type { Socket, SocketHandler } from 'bun';
import type { Address, CertificateFiles, SocketRights } from '../../config/configuration.ts';
import type { Fault } from '../../core/fault.ts';
import type { ExchangeHandler, Listener } from '../../core/listener.ts';
import type { ErrorPage } from '../../core/overload-page.ts';
import type { Refusal } from '../../core/refusal.ts';
import { readCertificate } from '../../tls/certificate.ts';
import { type ServerTls, serverTls } from '../../tls/server-tls.ts';
import { validityWarning } from '../../tls/validity-warning.ts';
import { ConnectionBudget } from '../connection-budget.ts';
import { isLocalPeer } from '../is-local-peer.ts';
import { ListeningSocket } from '../listening-socket.ts';
import { plainAddress } from '../plain-address.ts';
import type { TrustedProxies } from '../trusted-proxies.ts';
import { type ConnectionContext, type ConnectionState, HttpConnection } from './http-connection.ts';
import type { HttpSettings } from './http-settings.ts';
import type { SecuredBy } from './http-view.ts';
import { RequestIdField } from './request-id-field.ts';

export interface HttpListenerOptions {
  readonly address: Address;
  /** A socket that listens there already. */
  readonly descriptor?: number | undefined;
  /** Not empty: speaks TLS. The first one is for visitors whose name no certificate has. */
  readonly certificates?: readonly CertificateFiles[] | undefined;
  /** For a Unix socket. */
  readonly rights?: SocketRights | undefined;
  /** Shared by all listeners of the gateway. */
  readonly budget?: ConnectionBudget;
  readonly settings: HttpSettings;
  readonly serverSoftware: string;
  readonly handler: ExchangeHandler;
  readonly errorPage: ErrorPage;
  readonly now: () => number;
  readonly nextId: () => string;
  /** Names the field by which front servers give a request its id, and visitors are told it. */
  readonly requestIdHeader?: string;
  /** Whose X-Forwarded-* fields count; nobody's where it is left out. */
  readonly trustedProxies?: TrustedProxies;
  readonly onRefused: (refusal: Refusal) => void;
  /** Something that the operator should know, and that stops nothing: a certificate out of its time. */
  readonly onWarning?: (warning: Fault) => void;
}

/** How often time limits are looked at. One timer for all connections: a timer each would cost more than the request. */
const sweepMs = 250;
/** Which share of the idle connections is ended at each sweep while no more connections can be had. */
const roomPerSweep = 1 / 4;
const scratchBytes = 256 << 10;

type Handled = Socket<HttpConnection>;

/** HTTP/1.1 on `Bun.listen`. `Bun.serve` is not byte-true: it normalises targets, joins fields and loses pipelined answers. */
export class HttpListener implements Listener {
  readonly #options: HttpListenerOptions;
  readonly #connections = new Set<HttpConnection>();
  readonly #coarse: ConnectionContext['coarse'];
  readonly #server: ListeningSocket<HttpConnection>;
  readonly #budget: ConnectionBudget;
  readonly #unsubscribe: () => void;
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
      scratch: Buffer.allocUnsafeSlow(scratchBytes),
      coarse: this.#coarse,
      nextId: options.nextId,
      requestIdField:
        options.requestIdHeader === undefined ? undefined : new RequestIdField(options.requestIdHeader),
      now: options.now,
      onRefused: options.onRefused,
      stopping: () => this.#stopping,
    };
    this.#budget = options.budget ?? new ConnectionBudget(Number.POSITIVE_INFINITY);
    this.#server = new ListeningSocket({
      address: options.address,
      descriptor: options.descriptor,
      rights: options.rights,
      socket: this.#handlers(context),
      tls: options.certificates === undefined ? undefined : this.#readCertificates(options.certificates),
    });
    this.#unsubscribe = this.#budget.onChange((full) => this.#admit(!full));
    this.#timer = setInterval(() => this.#sweep(), sweepMs);
  }

  get address(): string {
    const { address } = this.#options;
    if (address.kind === 'unix') return `unix:${address.path}`;
    const host = address.host.includes(':') ? `[${address.host}]` : address.host;
    return `${this.secure ? 'https' : 'http'}://${host}:${this.port}`;
  }

  /** The port that was really taken; 0 for a Unix socket. */
  get port(): number {
    return this.#server.port;
  }

  /** Speaks TLS. */
  get secure(): boolean {
    return this.#options.certificates !== undefined;
  }

  /**
   * Reads the certificates anew, or others. From now on visitors get them; connections under way stay as they are. Throws a Fault
   * (`tls/…`, with the file) where one of them cannot be used, and then leaves everything as it was.
   */
  replaceCertificates(certificates: readonly CertificateFiles[]): void {
    this.#server.replaceTls(this.#readCertificates(certificates));
  }

  #isProxy(peer: Handled): boolean {
    const { address, trustedProxies } = this.#options;
    if (address.kind === 'unix') return trustedProxies?.unix === true;
    return trustedProxies?.has(plainAddress(peer.remoteAddress)) === true;
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
    this.#unsubscribe();
    await this.#server.close();
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

  #readCertificates(files: readonly CertificateFiles[]): ServerTls {
    const certificates = files.map(readCertificate);
    const tls = serverTls(certificates);
    for (const certificate of certificates) {
      const warning = validityWarning(certificate, Date.now());
      if (warning !== undefined) this.#options.onWarning?.(warning);
    }
    return tls;
  }

  #handlers(context: ConnectionContext): SocketHandler<HttpConnection> {
    const { secure } = this;
    return {
      open: (opened: Handled) => {
        const remoteAddress = plainAddress(opened.remoteAddress);
        const isProxy = this.#isProxy(opened);
        const connection = new HttpConnection(opened, context, {
          remoteAddress,
          remotePort: String(opened.remotePort ?? 0),
          serverAddress: plainAddress(opened.localAddress),
          serverPort: String(opened.localPort ?? 0),
          serverSoftware: this.#options.serverSoftware,
          trusted: isProxy || isLocalPeer(remoteAddress),
          requestIdVariable: context.requestIdField?.variable,
          proxies: isProxy ? this.#options.trustedProxies : undefined,
          secured: secure ? () => securedBy(opened) : undefined,
        });
        opened.data = connection;
        this.#connections.add(connection);
        this.#budget.take();
      },
      handshake: (on: Handled, success: boolean) => on.data.handshaken(success),
      data: (from: Handled, chunk: Buffer) => from.data.received(chunk),
      drain: (on: Handled) => on.data.drained(),
      end: (by: Handled) => by.data.inputEnded(),
      close: (gone: Handled) => this.#closed(gone.data),
      error: (broken: Handled) => this.#closed(broken.data),
    };
  }

  /** Opens or closes the door; where no descriptor is left to open it, the sweep tries again. */
  #admit(admit: boolean): void {
    if (!admit) return this.#server.pause();
    try {
      this.#server.resume();
    } catch {
      this.#budget.exhausted();
    }
  }

  #closed(connection: HttpConnection): void {
    connection.closed();
    if (!this.#connections.delete(connection)) return;
    this.#budget.give();
    if (this.#connections.size === 0) this.#emptied?.();
  }

  #sweep(): void {
    this.#coarse.nowMs = this.#options.now();
    this.#coarse.dateLine = dateLine();
    for (const connection of this.#connections) connection.sweep(this.#coarse.nowMs);
    this.#budget.check();
    if (this.#budget.full && !this.#stopping) this.#makeRoom();
  }

  /** Somebody may be waiting to be accepted: those who have been idle longest go, some at each sweep. */
  #makeRoom(): void {
    const idle = [...this.#connections].filter((connection) => connection.state === 'idle');
    idle.sort((a, b) => a.progressMs - b.progressMs);
    const count = Math.ceil(idle.length * roomPerSweep);
    for (const connection of idle.slice(0, count)) connection.leaveIdle(this.#coarse.nowMs);
  }
}

/** What visitor and listener have agreed on; nothing where the connection is gone. */
function securedBy(socket: Handled): SecuredBy | undefined {
  const protocol = socket.getTLSVersion();
  const cipher: string | null = socket.getCipher().name;
  return cipher === null ? undefined : { protocol, cipher };
}

function dateLine(): Uint8Array {
  return Buffer.from(`Date: ${new Date().toUTCString()}\r\n`, 'latin1');
}
