import type { Clock } from '../core/clock.ts';
import type { DaemonRefusal } from '../core/daemon.ts';
import { BackOff } from '../daemon/back-off.ts';
import { endProcess } from '../daemon/end-process.ts';
import { isOrphaned, recordedDaemon } from '../daemon/find-orphan.ts';
import { pause } from '../daemon/pause.ts';
import { probeAddress } from '../daemon/probe-address.ts';
import { isAlive } from '../daemon/reachability.ts';
import { savedStartScore } from '../daemon/saved-start-score.ts';
import { FileLock } from '../system/file-lock.ts';
import { BootClock } from './boot-clock.ts';
import { type DaemonPlace, daemonPlace } from './daemon-place.ts';
import { enterUse, type Use } from './enter-use.ts';
import type { FrontendConfiguration } from './frontend-configuration.ts';
import { refusalOfKeeper } from './keeper-exit.ts';
import { KeeperProcess } from './keeper-process.ts';
import { writeWhole } from './write-whole.ts';

export interface EnsureOptions {
  /** The words that start a keeper process; the number of the address is put after them. */
  readonly keeper: readonly string[];
  /** Which of the application's addresses; the first if not said. */
  readonly index?: number;
  /** How long to wait for somebody else's start; as long as a start may take if not said. */
  readonly waitMs?: number;
  readonly clock?: Clock;
  /** Told, for the operator, why there is no daemon. The web server's error log if not said. */
  readonly complain?: (text: string) => void;
}

/** Fits `Ensured`. */
export type DaemonInUse =
  /** `use` keeps it from being retired: to be left after the conversation. */
  { readonly up: true; readonly use: Use } | { readonly up: false; readonly refusal: DaemonRefusal };

/** What a keeper needs, beside the start itself, to come up, and after it to say that there is no daemon. */
const KEEPER_MS = 3_000;
/** What a keeper needs to end the daemon that it has begun to start. */
const CALL_OFF_MS = 5_000;

/**
 * Has the daemon up, and started where it is down: by one frontend, however many ask, under the start lock. It leaves behind a keeper process,
 * which does the rest. When the lock is given back, either the daemon is up, or what was started is gone and somebody else may try. Never rejects.
 *
 * Whoever holds the lock may be killed at any moment: its keeper goes on, with the life lock of the daemon, and the keeper
 * of the next one waits for that lock, and finds the daemon up or the lock free. So the life lock alone rules out a second daemon;
 * the start lock saves processes.
 */
export async function ensureDaemon(
  configuration: FrontendConfiguration,
  options: EnsureOptions,
): Promise<DaemonInUse> {
  const { index = 0, clock = new BootClock(), complain = complainToServer } = options;
  const place = daemonPlace(configuration, index);
  if (place?.daemon === undefined) return { up: true, use: enterUse(configuration, index) };
  const start: Start = { configuration, place, index, clock, complain, keeper: options.keeper };
  const untilMs = clock.now() + (options.waitMs ?? place.daemon.startTimeoutMs);
  const wait = new BackOff();
  for (let looksUp = true; ; looksUp = await isUp(start)) {
    if (looksUp) {
      const use = await enterIfUp(start);
      if (use !== undefined) return { up: true, use };
    }
    let lock: FileLock | undefined;
    try {
      lock = FileLock.try(place.locks.start, 'exclusive');
    } catch (error) {
      complain(`no daemon is started, since there is no start lock: ${String(error)}`);
      return { up: false, refusal: 'lock-failed' };
    }
    if (lock !== undefined) {
      try {
        return await startLocked(start, place.daemon);
      } finally {
        lock.release();
      }
    }
    const restMs = untilMs - clock.now();
    if (restMs <= 0) {
      complain(`no daemon came up while another frontend held ${place.locks.start}`);
      return { up: false, refusal: 'lock-timeout' };
    }
    await pause(clock, Math.min(wait.next(), restMs));
  }
}

interface Start {
  readonly configuration: FrontendConfiguration;
  readonly place: DaemonPlace;
  readonly index: number;
  readonly clock: Clock;
  readonly complain: (text: string) => void;
  readonly keeper: readonly string[];
}

/** A daemon that answers but whose keeper was killed is not up: another is to take its place. */
async function isUp({ place: { address, connectTimeoutMs, locks }, clock }: Start): Promise<boolean> {
  return isAlive(await probeAddress(address, clock, connectTimeoutMs)()) && !isOrphaned(locks.life);
}

/** In this order: while the use lock is held, a daemon that was seen up stays up. */
async function enterIfUp(start: Start): Promise<Use | undefined> {
  const use = enterUse(start.configuration, start.index);
  if (!use.retiring && (await isUp(start))) return use;
  use.leave();
  return undefined;
}

async function startLocked(
  start: Start,
  { startTimeoutMs, stopTimeoutMs }: { readonly startTimeoutMs: number; readonly stopTimeoutMs: number },
): Promise<DaemonInUse> {
  const { place, clock, complain } = start;
  const found = await enterIfUp(start);
  if (found !== undefined) return { up: true, use: found };
  const { locks, logFile } = place;
  if (savedStartScore(locks.score, clock).refuses(clock.now())) {
    complain(`the daemon was started too often: none is started for some seconds; see ${logFile}`);
    return { up: false, refusal: 'start-storm' };
  }
  // An orphan may finish its conversations, and then take its time to end: see dismissOrphan.
  const orphanMs = isOrphaned(locks.life) ? 3 * stopTimeoutMs : 0;
  let keeper: KeeperProcess;
  try {
    keeper = new KeeperProcess([...start.keeper, String(start.index)]);
  } catch (error) {
    complain(`no keeper could be started: ${String(error)}`);
    return { up: false, refusal: 'start-failed' };
  }
  const untilMs = clock.now() + startTimeoutMs + KEEPER_MS + orphanMs;
  const wait = new BackOff();
  for (;;) {
    // In this order: a keeper that ended has nothing more to bring.
    const hasEnded = keeper.hasEnded;
    const use = await enterIfUp(start);
    if (use !== undefined) {
      keeper.leave();
      return { up: true, use };
    }
    if (hasEnded) {
      const refusal = refusalOfKeeper(keeper.code);
      complain(`no daemon: ${refusal}; see ${logFile}`);
      return { up: false, refusal };
    }
    const restMs = untilMs - clock.now();
    if (restMs <= 0) break;
    await keeper.endedOr(clock, Math.min(wait.next(), restMs));
  }
  await callOff(keeper, locks.life, clock);
  complain(`no daemon came up within ${startTimeoutMs} ms; see ${logFile}`);
  return { up: false, refusal: 'start-timeout' };
}

/** The keeper is asked to end what it has started; one that does not, is ended with it. */
async function callOff(keeper: KeeperProcess, lifePath: string, clock: Clock): Promise<void> {
  keeper.signal('SIGTERM');
  await keeper.endedOr(clock, CALL_OFF_MS);
  if (keeper.hasEnded) return;
  const pid = keeper.pid;
  keeper.signal('SIGKILL');
  await keeper.endedOr(clock, CALL_OFF_MS);
  const left = recordedDaemon(lifePath, pid);
  if (left !== undefined) await endProcess(left, clock, 0);
}

function complainToServer(text: string): void {
  writeWhole(2, Buffer.from(`spillway: ${text}\n`));
}
