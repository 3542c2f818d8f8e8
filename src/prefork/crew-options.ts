import type { Clock } from '../core/clock.ts';
import type { Random } from '../core/random.ts';
import type { DaemonLog } from '../daemon/daemon-log.ts';
import type { CrewHandlers } from './crew.ts';
import type { ListeningPlace } from './listening-place.ts';
import type { PoolOptions } from './pool-options.ts';

export interface CrewOptions {
  readonly pool: PoolOptions;
  readonly command: readonly string[];
  /** The whole environment of the workers. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly place: ListeningPlace;
  /** A worker with more resident memory ends after what it does. */
  readonly maxMemoryBytes?: number | undefined;
  /** How long a connection may say nothing. */
  readonly silenceTimeoutMs: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: DaemonLog;
  readonly handlers: CrewHandlers;
}
