import type { Address, DaemonConfiguration } from '../config/configuration.ts';
import type { Clock } from '../core/clock.ts';
import type { DaemonLog } from './daemon-log.ts';
import type { DaemonObserver } from './daemon-observer.ts';
import type { DaemonLauncher } from './daemon-process.ts';
import type { Probe } from './reachability.ts';
import type { StartScore } from './start-score.ts';

export interface KeeperOptions {
  /** Its name, for the log. */
  readonly application: string;
  readonly scgi: { readonly address: Address; readonly connectTimeoutMs: number };
  readonly daemon: DaemonConfiguration;
  /** The whole environment of the daemon: PATH and the application's own. */
  readonly environment: Readonly<Record<string, string>>;
  /** The working directory of the daemon. */
  readonly directory: string;
  /** Where the locks of a daemon with a TCP address are; those of a Unix socket are beside it. `directory` if not said. */
  readonly lockDirectory?: string;
  readonly clock: Clock;
  readonly log: DaemonLog;
  readonly observer: DaemonObserver;
  /** What keepers before this one had. */
  readonly score?: StartScore;
  readonly launcher?: DaemonLauncher;
  readonly probe?: Probe;
}
