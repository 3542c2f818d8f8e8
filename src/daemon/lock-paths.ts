import type { Address } from '../config/configuration.ts';

export interface LockPaths {
  /** Held by the keeper as long as the daemon lives. */
  readonly life: string;
  /** Held shared by whoever talks to the daemon, exclusively by the keeper that retires it. */
  readonly use: string;
  /** Held by the one-shot frontend that has a keeper started, until the daemon is up or gone: the others wait. */
  readonly start: string;
  /** No lock: changed whenever a one-shot frontend does without the daemon although it is up. */
  readonly quiet: string;
  /** No lock: the start score, as one keeper process leaves it to the next. */
  readonly score: string;
}

/**
 * The files by which all who use the daemon at an address agree: beside a Unix socket, else in `directory`. Named by the address, not by the
 * application, since whoever uses the same address must meet at the same lock.
 */
export function lockPaths(address: Address, directory: string): LockPaths {
  const stem =
    address.kind === 'unix'
      ? address.path
      : `${directory}/scgi-${address.host.replaceAll(/[^A-Za-z0-9.-]/g, '_')}-${address.port}`;
  return {
    life: `${stem}.life`,
    use: `${stem}.use`,
    start: `${stem}.start`,
    quiet: `${stem}.quiet`,
    score: `${stem}.score`,
  };
}
