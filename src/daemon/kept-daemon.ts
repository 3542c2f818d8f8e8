import type { Address } from '../config/configuration.ts';
import type { Clock } from '../core/clock.ts';
import type { FileLock } from '../system/file-lock.ts';
import type { ActivationSocket } from './activation-socket.ts';
import type { HeldAddress } from './attempt-start.ts';
import { BackOff } from './back-off.ts';
import type { DaemonProcess } from './daemon-process.ts';
import { endProcess } from './end-process.ts';
import type { KeeperLog } from './keeper-log.ts';
import { pause } from './pause.ts';
import { removeSocketName } from './remove-socket-name.ts';
import type { UseLock } from './use-lock.ts';

/** Whether the end of a daemon was wanted. */
export type EndCause = 'retirement' | 'crash';

export interface KeptDaemonOptions {
  readonly process: DaemonProcess;
  /** Held. */
  readonly life: FileLock;
  /** The one that the daemon was given. */
  readonly socket: ActivationSocket | undefined;
  readonly address: Address;
  readonly use: UseLock;
  readonly clock: Clock;
  readonly log: KeeperLog;
  readonly stopTimeoutMs: number;
  /** Whether another daemon is to serve the queue of this one, should it crash. */
  readonly isWanted: (socket: ActivationSocket) => boolean;
}

/** A daemon that is ours to end, with all that is held as long as it lives: each way out of here gives all of that back, or hands it on. */
export class KeptDaemon {
  readonly #options: KeptDaemonOptions;

  constructor(options: KeptDaemonOptions) {
    this.#options = options;
  }

  get process(): DaemonProcess {
    return this.#options.process;
  }

  /** Whether it makes its socket itself, so that somebody else may have that open. */
  get binds(): boolean {
    return this.#options.socket === undefined;
  }

  /** Nobody is in conversation, and nobody's begins. `untold`: what to believe where the lock cannot be used. */
  isAlone(untold: boolean): boolean {
    const { use, log } = this.#options;
    try {
      return use.tryExclusive();
    } catch (error) {
      log.once('daemon-use-unknown', String(error));
      return untold;
    }
  }

  /** As somebody wishes: nobody new comes, and those in conversation may finish, for a bounded time. */
  async dismiss(): Promise<void> {
    const { process, use, clock, stopTimeoutMs } = this.#options;
    this.#removeName();
    const untilMs = clock.now() + stopTimeoutMs;
    const wait = new BackOff();
    while (process.end === undefined && !this.isAlone(!use.inUse)) {
      const restMs = untilMs - clock.now();
      if (restMs <= 0) return;
      await pause(clock, Math.min(wait.next(), restMs));
    }
  }

  /** Ends the daemon. The name goes first, so that nobody new comes while it finishes; unless the next daemon may take over the queue. What `giveUp` returns. */
  async end(cause: EndCause): Promise<HeldAddress | undefined> {
    const { process, socket, clock, log, stopTimeoutMs } = this.#options;
    if (cause === 'retirement' || socket === undefined) this.#removeName();
    const gone = await endProcess(process, clock, stopTimeoutMs);
    if (!gone) log.survived(process.pid);
    return this.giveUp(gone ? cause : 'retirement');
  }

  /** Gives everything back but what is returned, for the next daemon. Once only, when the group is gone. */
  giveUp(cause: EndCause): HeldAddress | undefined {
    const { life, socket, use, isWanted } = this.#options;
    use.release();
    if (cause === 'crash' && socket !== undefined && isWanted(socket)) return { life, socket };
    this.#closeSocket();
    life.write('');
    life.release();
    return undefined;
  }

  #closeSocket(): void {
    const { socket, log } = this.#options;
    try {
      socket?.close();
    } catch (error) {
      log.once('daemon-socket-not-removed', String(error));
    }
  }

  #removeName(): void {
    const { address, log } = this.#options;
    try {
      removeSocketName(address);
    } catch (error) {
      log.once('daemon-socket-not-removed', String(error));
    }
  }
}
