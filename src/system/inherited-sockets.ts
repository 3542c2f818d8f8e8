import { Fault } from '../core/fault.ts';
import { libc } from './libc.ts';
import type { ServiceEnvironment } from './service-manager.ts';
import { listeningName, type SocketName } from './socket-name.ts';

/** sd_listen_fds(3): the first descriptor that is handed over. */
const FIRST_DESCRIPTOR = 3;
const F_SETFD = 2;
const F_GETFL = 3;
const F_SETFL = 4;
const FD_CLOEXEC = 1;
const O_NONBLOCK = 0o4000;

export interface InheritedSocket {
  /** Stays open as long as the process: its queue outlives every listener. */
  readonly descriptor: number;
  readonly address: SocketName;
}

/** Listening sockets that were open when the process began, by the name that systemd gave them (sd_listen_fds(3)). */
export class InheritedSockets {
  readonly #byName = new Map<string, number>();

  /** Takes its variables out of `environment`: they are for this process, not for what it starts. */
  constructor(environment: ServiceEnvironment, pid: number = process.pid) {
    const { LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES } = environment;
    for (const name of ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES', 'LISTEN_PIDFDID'])
      delete environment[name];
    const count = Number(LISTEN_PID) === pid ? Number(LISTEN_FDS) : 0;
    const names = (LISTEN_FDNAMES ?? '').split(':');
    for (let index = 0; index < count; index += 1) {
      const descriptor = FIRST_DESCRIPTOR + index;
      libc().fcntl(descriptor, F_SETFD, FD_CLOEXEC);
      const name = names[index];
      // A name may stand for several sockets: the first one has it.
      if (name !== undefined && name !== '' && !this.#byName.has(name)) this.#byName.set(name, descriptor);
    }
  }

  named(name: string): InheritedSocket {
    const descriptor = this.#byName.get(name);
    if (descriptor !== undefined) return this.at(descriptor);
    const names = [...this.#byName.keys()];
    const found = names.length === 0 ? 'no socket' : names.join(', ');
    throw new Fault(
      'listen/not-inherited',
      `expected a socket with the name ${name} from systemd, found ${found}: give a socket unit FileDescriptorName=${name}, and start the service by it`,
    );
  }

  at(descriptor: number): InheritedSocket {
    const address = listeningName(descriptor);
    if (typeof address !== 'object') {
      const found = address === undefined ? 'something else' : `error number ${address}`;
      throw new Fault(
        'listen/not-inherited',
        `expected a socket that listens as descriptor ${descriptor}, found ${found}: start Spillway by what opens it`,
      );
    }
    const { fcntl } = libc();
    fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    // Accepting must not wait for a visitor whom another process has taken.
    fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL, 0) | O_NONBLOCK);
    return { descriptor, address };
  }
}
