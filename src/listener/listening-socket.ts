import { closeSync } from 'node:fs';
import type { SocketHandler } from 'bun';
import type { Address, SocketRights } from '../config/configuration.ts';
import { duplicateDescriptor } from '../system/duplicate-descriptor.ts';
import type { ServerTls } from '../tls/server-tls.ts';
import { listenFault } from './listen-fault.ts';
import { claimUnixSocket, type UnixSocketName } from './unix-socket-name.ts';

export interface ListeningSocketOptions<Data> {
  readonly address: Address;
  /** A socket that listens at the address already. Stays open, and the name of a Unix socket is left alone. */
  readonly descriptor?: number | undefined;
  /** For a Unix socket. */
  readonly rights: SocketRights | undefined;
  readonly socket: SocketHandler<Data>;
  readonly tls: ServerTls | undefined;
}

/** What Bun's listeners have and their types do not say. */
interface BunListener {
  readonly fd: number;
  readonly port?: number;
  stop(closeConnections?: boolean): void;
}

/**
 * A socket that listens, whatever happens to the Bun listeners that accept from it: each has a descriptor of its own for the one socket,
 * so its queue of connections outlives them.
 *
 *     accepting ──pause()──► paused ──resume()──► accepting ──close()──► closed
 *
 * Bun cannot pause a listener, nor change its certificates; a new listener on the same socket can. At no moment is a connection lost: what
 * nobody accepts waits in the kernel's queue, and what was accepted stays with its listener's settings.
 */
export class ListeningSocket<Data> {
  readonly #options: ListeningSocketOptions<Data>;
  readonly #name: UnixSocketName | undefined;
  readonly #descriptor: number;
  /** The port that was really taken; 0 for a Unix socket. */
  readonly port: number;
  #tls: ServerTls | undefined;
  #accepting: BunListener | undefined;
  #closed = false;

  /** Throws a Fault where the address cannot be had. */
  constructor(options: ListeningSocketOptions<Data>) {
    this.#options = options;
    this.#tls = options.tls;
    const { address } = options;
    const { descriptor } = options;
    const isOurs = descriptor === undefined && address.kind === 'unix';
    this.#name = isOurs ? claimUnixSocket(address.path, options.rights) : undefined;
    if (descriptor !== undefined) {
      this.#descriptor = duplicateDescriptor(descriptor);
      this.port = address.kind === 'tcp' ? address.port : 0;
      this.#accepting = this.#acceptAnew();
      return;
    }
    const first = this.#open(
      address.kind === 'unix'
        ? { unix: this.#name?.bindPath }
        : { hostname: address.host, port: address.port },
    );
    try {
      this.#name?.listened();
      this.#descriptor = duplicateDescriptor(first.fd);
    } catch (fault) {
      this.#name?.release();
      first.stop(true);
      throw fault;
    }
    this.port = first.port ?? 0;
    this.#accepting = first;
  }

  get paused(): boolean {
    return this.#accepting === undefined;
  }

  /** Leaves who comes in the kernel's queue. */
  pause(): void {
    this.#accepting?.stop(false);
    this.#accepting = undefined;
  }

  /** Throws where no descriptor is left; then it stays paused. */
  resume(): void {
    if (this.#accepting === undefined && !this.#closed) this.#accepting = this.#acceptAnew();
  }

  /** Who comes from now on gets these certificates; who is here keeps the connection as it is. */
  replaceTls(tls: ServerTls): void {
    this.#tls = tls;
    const former = this.#accepting;
    if (former === undefined) return;
    // First the new one: without it, a lack of descriptors would end the service.
    this.#accepting = this.#acceptAnew();
    former.stop(false);
  }

  /** Takes the name away and accepts no more; resolves when those who came in time are accepted. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#name !== undefined) {
      this.#name.release();
      // Nobody new finds the socket, so its queue can be emptied: one turn of the event loop accepts all of it.
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    this.pause();
    closeSync(this.#descriptor);
  }

  #acceptAnew(): BunListener {
    return this.#open({ fd: duplicateDescriptor(this.#descriptor) });
  }

  #open(where: object): BunListener {
    const { address, socket } = this.#options;
    const tls = this.#tls;
    try {
      return Bun.listen<Data>({
        ...where,
        allowHalfOpen: true,
        socket: tls === undefined ? socket : { ...socket, serverName: tls.serverName },
        ...(tls === undefined ? {} : { tls: tls.tls }),
      } as never) as unknown as BunListener;
    } catch (error) {
      throw listenFault(address, error);
    }
  }
}
