import type { Socket } from 'bun';
import type { CertificateFiles } from '../../config/configuration.ts';
import type { Fault } from '../../core/fault.ts';
import type { Listener } from '../../core/listener.ts';
import { readCertificate } from '../../tls/certificate.ts';
import { type ServerTls, serverTls } from '../../tls/server-tls.ts';
import { validityWarning } from '../../tls/validity-warning.ts';
import { Acceptor } from '../acceptor.ts';
import { connectionContext } from '../connection-context.ts';
import { isLocalPeer } from '../is-local-peer.ts';
import type { ListenerOptions } from '../listener-options.ts';
import type { ListenerState } from '../listener-state.ts';
import { plainAddress } from '../plain-address.ts';
import { shownAddress } from '../shown-address.ts';
import type { TrustedProxies } from '../trusted-proxies.ts';
import { DateLine } from './date-line.ts';
import { HttpConnection, type HttpConnectionState } from './http-connection.ts';
import type { HttpContext } from './http-context.ts';
import type { HttpSettings } from './http-settings.ts';
import type { SecuredBy } from './http-view.ts';

export interface HttpListenerOptions extends ListenerOptions<HttpSettings> {
  /** Not empty: speaks TLS. The first one is for visitors whose name no certificate has. */
  readonly certificates?: readonly CertificateFiles[] | undefined;
  /** Whose X-Forwarded-* fields count; nobody's where it is left out. */
  readonly trustedProxies?: TrustedProxies;
  /** Something that the operator should know, and that stops nothing: a certificate out of its time. */
  readonly onWarning?: (warning: Fault) => void;
}

/** Which share of the idle connections is ended at each sweep while no more connections can be had. */
const roomPerSweep = 1 / 4;
const scratchBytes = 256 << 10;

type Handled = Socket<HttpConnection>;

/** HTTP/1.1 on `Bun.listen`. `Bun.serve` is not byte-true: it normalises targets, joins fields and loses pipelined answers. */
export class HttpListener implements Listener {
  readonly #options: HttpListenerOptions;
  readonly #state: ListenerState;
  readonly #context: HttpContext;
  readonly #acceptor: Acceptor<HttpConnection>;

  constructor(options: HttpListenerOptions) {
    this.#options = options;
    this.#state = { nowMs: options.now(), stopping: false };
    this.#context = { ...connectionContext(options, this.#state, scratchBytes), date: new DateLine() };
    this.#acceptor = new Acceptor<HttpConnection>({
      ...options,
      state: this.#state,
      tls: options.certificates === undefined ? undefined : this.#readCertificates(options.certificates),
      accept: (socket) => this.#accept(socket),
      onSwept: () => this.#swept(),
    });
  }

  get address(): string {
    return shownAddress(this.secure ? 'https' : 'http', this.#options.address, this.port);
  }

  /** The port that was really taken; 0 for a Unix socket. */
  get port(): number {
    return this.#acceptor.port;
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
    this.#acceptor.replaceTls(this.#readCertificates(certificates));
  }

  /** Open connections by state. */
  connections(): Record<HttpConnectionState, number> {
    return this.#acceptor.count({ idle: 0, head: 0, exchange: 0, lingering: 0, closed: 0 });
  }

  close(graceMs: number): Promise<void> {
    return this.#acceptor.close(graceMs);
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

  #accept(socket: Handled): HttpConnection {
    const { serverSoftware, trustedProxies } = this.#options;
    const remoteAddress = plainAddress(socket.remoteAddress);
    const isProxy = this.#isProxy(remoteAddress);
    return new HttpConnection(socket, this.#context, {
      remoteAddress,
      remotePort: String(socket.remotePort ?? 0),
      serverAddress: plainAddress(socket.localAddress),
      serverPort: String(socket.localPort ?? 0),
      serverSoftware,
      trusted: isProxy || isLocalPeer(remoteAddress),
      requestIdVariable: this.#context.requestIdField?.variable,
      proxies: isProxy ? trustedProxies : undefined,
      secured: this.secure ? () => securedBy(socket) : undefined,
    });
  }

  #isProxy(remoteAddress: string): boolean {
    const { address, trustedProxies } = this.#options;
    if (trustedProxies === undefined) return false;
    return address.kind === 'unix' ? trustedProxies.unix : trustedProxies.has(remoteAddress);
  }

  #swept(): void {
    this.#context.date.refresh();
    if (this.#acceptor.budget.full && !this.#state.stopping) this.#makeRoom();
  }

  /** Somebody may be waiting to be accepted: those who have been idle longest go, some at each sweep. */
  #makeRoom(): void {
    const idle: HttpConnection[] = [];
    this.#acceptor.each((connection) => {
      if (connection.state === 'idle') idle.push(connection);
    });
    idle.sort((a, b) => a.transport.progressMs - b.transport.progressMs);
    const count = Math.ceil(idle.length * roomPerSweep);
    for (const connection of idle.slice(0, count)) connection.leaveIdle(this.#state.nowMs);
  }
}

/** What visitor and listener have agreed on; nothing where the connection is gone. */
function securedBy(socket: Handled): SecuredBy | undefined {
  const protocol = socket.getTLSVersion();
  const cipher: string | null = socket.getCipher().name;
  return cipher === null ? undefined : { protocol, cipher };
}
