import { closeSync } from 'node:fs';
import type { Address, TcpAddress } from '../config/configuration.ts';
import { Fault } from '../core/fault.ts';
import { duplicateDescriptor } from '../system/duplicate-descriptor.ts';
import { isReadable } from '../system/is-readable.ts';
import { libc } from '../system/libc.ts';
import { listenUnix } from '../system/listen-unix.ts';
import { removeSocketName } from './remove-socket-name.ts';

/** The kernel takes less where its own bound is lower (net.core.somaxconn). */
const BACKLOG = 4096;
const F_GETFL = 3;
const F_SETFL = 4;
const O_NONBLOCK = 0o4000;

/**
 * The listening socket of a daemon that does not bind its address itself. Its queue lives as long as the keeper's descriptor: longer than a
 * daemon that crashes. To be opened and closed only by who holds the life lock.
 */
export class ActivationSocket {
  /** Closed at exec; a daemon is given copies. */
  readonly descriptor: number;
  readonly #address: Address;
  #closed = false;

  /** Throws a Fault where the address cannot be had. */
  constructor(address: Address) {
    this.#address = address;
    try {
      this.descriptor = address.kind === 'unix' ? listenUnix(address.path, BACKLOG) : listenTcp(address);
    } catch (error) {
      throw new Fault(
        'daemon/not-listening',
        `expected an address that can be listened at, found ${error instanceof Error ? error.message : String(error)}`,
        address.kind === 'unix' ? { file: address.path } : undefined,
        error,
      );
    }
  }

  /** Whether somebody waits to be accepted. */
  get hasQueue(): boolean {
    return isReadable(this.descriptor);
  }

  /** To be called before each start: a daemon may have left the socket, which all of them share, in another mode. */
  makeBlocking(): void {
    const { fcntl } = libc();
    fcntl(this.descriptor, F_SETFL, fcntl(this.descriptor, F_GETFL, 0) & ~O_NONBLOCK);
  }

  /** Removes the name, then closes: who still waits in the queue, and that is nobody after a retirement, is cut off. Throws a Fault where the name stays. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    try {
      removeSocketName(this.#address);
    } finally {
      closeSync(this.descriptor);
    }
  }
}

/** The runtime resolves names and binds; its listener goes before its turn to accept comes, and the socket stays by another descriptor. */
function listenTcp({ host, port }: TcpAddress): number {
  const listener = Bun.listen({ hostname: host, port, socket: { data() {} } }) as unknown as BunListener;
  try {
    const descriptor = duplicateDescriptor(listener.fd);
    libc().listen(descriptor, BACKLOG);
    return descriptor;
  } finally {
    listener.stop();
  }
}

/** What Bun's listeners have and their types do not say. */
interface BunListener {
  readonly fd: number;
  stop(): void;
}
