import { closeSync, rmSync } from 'node:fs';
import { formatAddress } from '../config/address.ts';
import type { Address } from '../config/configuration.ts';
import { listenFault } from '../listener/listen-fault.ts';
import { claimUnixSocket, type UnixSocketName } from '../listener/unix-socket-name.ts';
import { duplicateDescriptor } from '../system/duplicate-descriptor.ts';
import type { InheritedSocket } from '../system/inherited-sockets.ts';
import { libc } from '../system/libc.ts';
import { listenUnix } from '../system/listen-unix.ts';

/** The kernel takes less where its own bound is lower (net.core.somaxconn). */
const BACKLOG = 4096;
const F_GETFL = 3;
const F_SETFL = 4;
const O_NONBLOCK = 0o4000;

/** What Bun's listeners have and their types do not say. */
interface BunListener {
  readonly fd: number;
  stop(): void;
}

/**
 * The socket that visitors come to.
 *
 *     bound ──publish()──► published ──withdraw()──► withdrawn ──close()──► closed
 *
 * A Unix socket listens under a name that nobody knows until it is published, so that who finds it finds an application that works; what
 * an inherited socket is called is the business of who opened it.
 */
export class ListeningPlace {
  readonly descriptor: number;
  readonly #address: Address;
  readonly #name: UnixSocketName | undefined;
  #isPublished = false;

  private constructor(descriptor: number, address: Address, name: UnixSocketName | undefined) {
    this.descriptor = descriptor;
    this.#address = address;
    this.#name = name;
  }

  /** Throws a Fault where the address cannot be had. */
  static at(address: Address): ListeningPlace {
    if (address.kind === 'unix') {
      const name = claimUnixSocket(address.path);
      try {
        return new ListeningPlace(listenUnix(name.bindPath, BACKLOG), address, name);
      } catch (error) {
        throw listenFault(address, error);
      }
    }
    try {
      const options = { hostname: address.host, port: address.port, socket: { data() {} } };
      const listener = Bun.listen(options) as unknown as BunListener & { port: number };
      try {
        // The runtime resolves names and binds; its listener goes before its turn to accept comes.
        const descriptor = duplicateDescriptor(listener.fd);
        libc().listen(descriptor, BACKLOG);
        return new ListeningPlace(descriptor, { ...address, port: listener.port }, undefined);
      } finally {
        listener.stop();
      }
    } catch (error) {
      throw listenFault(address, error);
    }
  }

  static inherited({ descriptor, address }: InheritedSocket): ListeningPlace {
    return new ListeningPlace(descriptor, address, undefined);
  }

  /** With the port that was really taken. */
  get address(): string {
    return formatAddress(this.#address);
  }

  /** Whether a call to accept waits: a flag of the socket, which all who hold it share. */
  setBlocking(blocks: boolean): void {
    const { fcntl } = libc();
    const flags = fcntl(this.descriptor, F_GETFL, 0);
    fcntl(this.descriptor, F_SETFL, blocks ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
  }

  publish(): void {
    this.#name?.listened();
    this.#isPublished = true;
  }

  /** Nobody new finds it; who is in its queue can still be served. */
  withdraw(): void {
    if (this.#isPublished) this.#name?.release();
    else if (this.#name !== undefined) rmSync(this.#name.bindPath, { force: true });
  }

  close(): void {
    closeSync(this.descriptor);
  }
}
