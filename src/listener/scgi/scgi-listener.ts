import type { Socket } from 'bun';
import type { Listener } from '../../core/listener.ts';
import { Acceptor } from '../acceptor.ts';
import { connectionContext } from '../connection-context.ts';
import { isLocalPeer } from '../is-local-peer.ts';
import type { ListenerOptions } from '../listener-options.ts';
import { plainAddress } from '../plain-address.ts';
import { shownAddress } from '../shown-address.ts';
import { ScgiConnection, type ScgiConnectionState } from './scgi-connection.ts';
import type { ScgiContext } from './scgi-context.ts';
import type { ScgiSettings } from './scgi-settings.ts';

/** A page goes out in one write with its head; what is larger gains nothing by being copied. */
const scratchBytes = 64 << 10;

/** SCGI for front servers. One request a connection (SCGI, A Simple Common Gateway Interface alternative, 2008). */
export class ScgiListener implements Listener {
  readonly #options: ListenerOptions<ScgiSettings>;
  readonly #context: ScgiContext;
  readonly #acceptor: Acceptor<ScgiConnection>;

  /** Throws a Fault where the address cannot be used. */
  constructor(options: ListenerOptions<ScgiSettings>) {
    this.#options = options;
    const state = { nowMs: options.now(), stopping: false };
    this.#context = connectionContext(options, state, scratchBytes);
    this.#acceptor = new Acceptor<ScgiConnection>({
      ...options,
      state,
      accept: (socket) => this.#accept(socket),
    });
  }

  get address(): string {
    return shownAddress('scgi', this.#options.address, this.port);
  }

  /** The port that was really taken; 0 for a Unix socket. */
  get port(): number {
    return this.#acceptor.port;
  }

  /** Open connections by state. */
  connections(): Record<ScgiConnectionState, number> {
    return this.#acceptor.count({ head: 0, exchange: 0, lingering: 0, closed: 0 });
  }

  close(graceMs: number): Promise<void> {
    return this.#acceptor.close(graceMs);
  }

  #accept(socket: Socket<ScgiConnection>): ScgiConnection {
    const { address, serverSoftware } = this.#options;
    const remoteAddress = plainAddress(socket.remoteAddress);
    return new ScgiConnection(socket, this.#context, {
      isUnix: address.kind === 'unix',
      trusted: isLocalPeer(remoteAddress),
      remoteAddress,
      serverAddress: plainAddress(socket.localAddress),
      serverPort: String(socket.localPort ?? 0),
      serverSoftware,
    });
  }
}
