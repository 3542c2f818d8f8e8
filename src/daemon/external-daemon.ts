import type { Daemon, Ensured } from '../core/daemon.ts';

const UP: Promise<Ensured> = Promise.resolve({ up: true });

/** A daemon that somebody else runs: taken for up, neither started nor stopped. */
export class ExternalDaemon implements Daemon {
  readonly state = 'none';

  ensure(): Promise<Ensured> {
    return UP;
  }

  enter(): void {}

  leave(): void {}

  notNeeded(): void {}

  suspect(): void {}

  retire(): Promise<void> {
    return Promise.resolve();
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }
}
