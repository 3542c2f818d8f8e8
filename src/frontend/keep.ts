import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock } from '../core/clock.ts';
import { DaemonKeeper } from '../daemon/keeper.ts';
import type { LockPaths } from '../daemon/lock-paths.ts';
import { pause } from '../daemon/pause.ts';
import { savedStartScore } from '../daemon/saved-start-score.ts';
import { BootClock } from './boot-clock.ts';
import { daemonPlace } from './daemon-place.ts';
import type { FrontendConfiguration } from './frontend-configuration.ts';
import { keeperExitCode } from './keeper-exit.ts';
import { KeeperLogFile } from './keeper-log-file.ts';

/** The PATH of programs and daemons whose application sets none. */
const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin';
/** The last words of a daemon that died are read for some time after its end; then they are logged. */
const LAST_WORDS_MS = 300;
/** Whoever waits for the start has its own time limit, and calls it off. */
const NO_DEADLINE = Number.POSITIVE_INFINITY;
const LOOKS_PER_QUIET_TIME = 4;
const LONGEST_LOOK_MS = 5_000;

/**
 * The keeper process: the gateway's keeper, for one daemon, from its start to its end. Returns the code of exit; no daemon of its own is left
 * then. `index`: which of the application's addresses.
 */
export async function keep(configuration: FrontendConfiguration, index: number): Promise<number> {
  const { application, file } = configuration;
  const place = daemonPlace(configuration, index);
  if (place?.daemon === undefined) return keeperExitCode('start-failed');
  const clock = new BootClock();
  const ended = Promise.withResolvers<void>();
  let isOurs = false;
  const keeper = new DaemonKeeper({
    application: application.name,
    scgi: place,
    daemon: place.daemon,
    environment: { PATH: DEFAULT_PATH, ...application.environment },
    directory: dirname(file),
    clock,
    log: new KeeperLogFile(place.logFile),
    observer: {
      stateChanged: (state) => {
        if (state === 'down' || state === 'failing') ended.resolve();
      },
      started() {},
      ready: () => {
        isOurs = true;
      },
      failed() {},
    },
    score: savedStartScore(place.locks.score, clock),
  });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void keeper.stop());
  const ensured = await keeper.ensure(NO_DEADLINE);
  if (ensured.up && isOurs) {
    const forgetQuiet = tellQuiet(keeper, place.locks, place.daemon.quietTimeoutMs, clock);
    await ended.promise;
    forgetQuiet();
    await pause(clock, LAST_WORDS_MS);
  }
  await keeper.stop();
  return ensured.up ? 0 : keeperExitCode(ensured.refusal);
}

/** Looks whether frontends did without the daemon, since it was last used. Returns how to look no more. */
function tellQuiet(keeper: DaemonKeeper, locks: LockPaths, quietTimeoutMs: number, clock: Clock): () => void {
  const sinceMs = Date.now();
  const everyMs = Math.min(LONGEST_LOOK_MS, quietTimeoutMs / LOOKS_PER_QUIET_TIME);
  const look = (): void => {
    const quietMs = changedMs(locks.quiet);
    if (quietMs > sinceMs && quietMs > changedMs(locks.use)) keeper.notNeeded();
    cancel = clock.after(everyMs, look);
  };
  let cancel = clock.after(everyMs, look);
  return () => cancel();
}

function changedMs(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
