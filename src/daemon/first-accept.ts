import type { Socket } from 'bun';
import type { Address } from '../config/configuration.ts';
import type { Clock } from '../core/clock.ts';
import type { ActivationSocket } from './activation-socket.ts';
import type { Probe } from './reachability.ts';

/** With a queue from before, how long a daemon must live to count as ready. */
const SETTLED_MS = 100;

/**
 * Tells when a daemon that was given a listening socket has accepted its first connection, which no connecting can tell: the socket takes
 * connections while nobody accepts. An empty connection of our own goes first; it is accepted when nobody waits any more, or when the
 * daemon has closed it, which one that serves a connection at a time does before it takes the next.
 *
 * Where others wait already, since the daemon is started again after a crash, ours would come behind them and say nothing soon: then it is
 * enough that the daemon stays alive for a moment.
 */
export class FirstAccept {
  readonly #socket: ActivationSocket;
  readonly #clock: Clock;
  readonly #queueSinceMs: number | undefined;
  #marker: Socket | undefined;
  #state: 'connecting' | 'waiting' | 'closed' = 'connecting';

  constructor(address: Address, socket: ActivationSocket, clock: Clock) {
    this.#socket = socket;
    this.#clock = clock;
    this.#queueSinceMs = socket.hasQueue ? clock.now() : undefined;
    if (this.#queueSinceMs === undefined) this.#connect(address);
  }

  /** `absent` until then. */
  readonly probe: Probe = async () => (this.#accepted() ? 'listening' : 'absent');

  /** Takes the connection back. */
  close(): void {
    this.#state = 'closed';
    this.#marker?.terminate();
  }

  #accepted(): boolean {
    if (this.#queueSinceMs !== undefined) return this.#clock.now() - this.#queueSinceMs >= SETTLED_MS;
    return this.#state === 'closed' || (this.#state === 'waiting' && !this.#socket.hasQueue);
  }

  #connect(address: Address): void {
    const handlers = {
      open: (socket: Socket) => {
        this.#marker = socket;
        if (this.#state === 'closed') {
          socket.terminate();
          return;
        }
        this.#state = 'waiting';
        socket.shutdown();
      },
      data() {},
      close: () => {
        this.#state = 'closed';
      },
      error() {},
      connectError() {},
    };
    const connected =
      address.kind === 'unix'
        ? Bun.connect({ unix: address.path, socket: handlers })
        : Bun.connect({ hostname: address.host, port: address.port, socket: handlers });
    // Then the time limit of the start ends it.
    connected.catch(() => {});
  }
}
