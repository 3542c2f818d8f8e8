import type { Socket, SocketHandler } from 'bun';
import type { Address, SocketRights } from '../config/configuration.ts';
import { DenseSet, type Placed } from '../core/dense-set.ts';
import type { ServerTls } from '../tls/server-tls.ts';
import { ConnectionBudget } from './connection-budget.ts';
import type { ListenerState } from './listener-state.ts';
import { ListeningSocket } from './listening-socket.ts';

/** A connection, as what serves it is told of its socket. */
export interface AcceptedConnection extends Placed {
  readonly state: string;
  /** TLS is set up, or will never be: then Bun closes the connection. */
  handshaken?(success: boolean): void;
  received(chunk: Uint8Array): void;
  /** The kernel has room again. */
  drained(): void;
  /** The peer has sent FIN: gone, or only done with sending. */
  inputEnded(): void;
  /** The socket is gone. May be told more than once. */
  closed(): void;
  /** Called a few times a second: every time limit of the connection. */
  sweep(nowMs: number): void;
  /** Ends at once whatever is under way. */
  abort(): void;
}

/** Where a listener is, and how many it may let in. */
export interface Place {
  readonly address: Address;
  /** A socket that listens there already. */
  readonly descriptor?: number | undefined;
  /** For a Unix socket. */
  readonly rights?: SocketRights | undefined;
  /** Shared by all listeners of the gateway. */
  readonly budget?: ConnectionBudget;
}

export interface AcceptorOptions<Connection> extends Place {
  readonly tls?: ServerTls | undefined;
  readonly state: ListenerState;
  readonly now: () => number;
  /** A defect of ours. */
  readonly onFault?: ((fault: unknown) => void) | undefined;
  readonly accept: (socket: Socket<Connection>) => Connection;
  /** The time limits have been looked at. */
  readonly onSwept?: () => void;
}

/** How often time limits are looked at. One timer for all connections: a timer each would cost more than the request. */
const sweepMs = 250;

/**
 * The door of one listener, and those who have come in.
 *
 *     open ◄──the budget is full, and is not any more──► shut
 *       └────────────────────┬─────────────────────────────┘
 *                            └─ close ──all have gone, or the grace is over──► closed
 */
export class Acceptor<Connection extends AcceptedConnection> {
  readonly budget: ConnectionBudget;
  readonly #connections = new DenseSet<Connection>();
  readonly #options: AcceptorOptions<Connection>;
  readonly #state: ListenerState;
  readonly #socket: ListeningSocket<Connection>;
  readonly #unsubscribe: () => void;
  readonly #timer: ReturnType<typeof setInterval>;
  #emptied: (() => void) | undefined;

  /** Throws a Fault where the address cannot be used. */
  constructor(options: AcceptorOptions<Connection>) {
    this.#options = options;
    const { address, descriptor, rights, tls } = options;
    this.#state = options.state;
    this.budget = options.budget ?? new ConnectionBudget(Number.POSITIVE_INFINITY);
    const socket = this.#handlers();
    this.#socket = new ListeningSocket<Connection>({ address, descriptor, rights, tls, socket });
    this.#unsubscribe = this.budget.onChange((full) => this.#admit(!full));
    this.#timer = setInterval(() => this.#sweep(), sweepMs);
  }

  /** The port that was really taken; 0 for a Unix socket. */
  get port(): number {
    return this.#socket.port;
  }

  /** Who comes from now on gets these certificates; who is here keeps the connection as it is. */
  replaceTls(tls: ServerTls): void {
    this.#socket.replaceTls(tls);
  }

  each(visit: (connection: Connection) => void): void {
    this.#connections.forEach(visit);
  }

  /** Adds up the open connections by state. */
  count<State extends string>(
    this: Acceptor<Connection & { readonly state: State }>,
    counts: Record<State, number>,
  ): Record<State, number> {
    this.each(({ state }) => counts[state]++);
    return counts;
  }

  /** Accepts no more; resolves when all have gone, or were cut after `graceMs`. */
  async close(graceMs: number): Promise<void> {
    this.#state.stopping = true;
    this.#unsubscribe();
    await this.#socket.close();
    this.#sweep();
    if (this.#connections.size > 0) {
      await new Promise<void>((resolve) => {
        const grace = setTimeout(resolve, graceMs);
        this.#emptied = () => {
          clearTimeout(grace);
          resolve();
        };
      });
    }
    this.each((connection) => connection.abort());
    clearInterval(this.#timer);
  }

  #handlers(): SocketHandler<Connection> {
    return {
      open: (socket) => {
        const connection = this.#options.accept(socket);
        socket.data = connection;
        this.#connections.add(connection);
        this.budget.take();
      },
      handshake: ({ data }, success) => data.handshaken?.(success),
      data: ({ data }, chunk) => data.received(chunk),
      drain: ({ data }) => data.drained(),
      end: ({ data }) => data.inputEnded(),
      close: ({ data }) => this.#closed(data),
      error: ({ data }, error) => this.#troubled(data, error),
    };
  }

  /** Opens or closes the door; where no descriptor is left to open it, the sweep tries again. */
  #admit(admit: boolean): void {
    if (!admit) return this.#socket.pause();
    try {
      this.#socket.resume();
    } catch {
      this.budget.exhausted();
    }
  }

  /** Of the socket, which then is gone; or a defect of ours, which costs this connection. */
  #troubled(connection: Connection, error: unknown): void {
    if (!(error instanceof Error && 'syscall' in error)) this.#options.onFault?.(error);
    connection.abort();
    this.#closed(connection);
  }

  #closed(connection: Connection): void {
    connection.closed();
    if (!this.#connections.delete(connection)) return;
    this.budget.give();
    if (this.#connections.size === 0) this.#emptied?.();
  }

  #sweep(): void {
    const nowMs = this.#options.now();
    this.#state.nowMs = nowMs;
    this.each((connection) => connection.sweep(nowMs));
    this.budget.check();
    this.#options.onSwept?.();
  }
}
