import type { Clock } from '../core/clock.ts';
import { BackOff } from './back-off.ts';
import type { DaemonLaunch, DaemonLauncher, DaemonProcess } from './daemon-process.ts';
import { describeEnd } from './describe-end.ts';
import { endProcess } from './end-process.ts';
import { pause } from './pause.ts';
import { isAlive, type Probe } from './reachability.ts';

/** A daemon that never answered has nothing to finish. */
const GRACE_MS = 500;

export type DaemonStart =
  | { readonly kind: 'ready'; readonly process: DaemonProcess; readonly durationMs: number }
  | {
      readonly kind: 'start-failed' | 'start-timeout' | 'stopping';
      readonly message: string;
      /** Gone, with its group. Nothing where the command could not be run. */
      readonly process: DaemonProcess | undefined;
    };

export interface StartOptions {
  readonly launcher: DaemonLauncher;
  readonly launch: DaemonLaunch;
  readonly probe: Probe;
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** Calls off the start. */
  readonly signal: AbortSignal;
  readonly launched: (process: DaemonProcess) => void;
}

/**
 * Starts a daemon and waits until it takes a connection. When this resolves with anything else than a daemon that is
 * ready, whatever was started is gone, so that somebody else may try.
 */
export async function startDaemon(options: StartOptions): Promise<DaemonStart> {
  const { clock, probe, signal, timeoutMs } = options;
  const startMs = clock.now();
  let process: DaemonProcess;
  try {
    process = options.launcher(options.launch);
  } catch (error) {
    return { kind: 'start-failed', message: String(error), process: undefined };
  }
  try {
    options.launched(process);
    process.proceed();
  } catch (error) {
    return fail('start-failed', process, String(error));
  }

  const ended = new AbortController();
  process.ended.then(() => ended.abort());
  const news = AbortSignal.any([signal, ended.signal]);
  const wait = new BackOff();
  for (;;) {
    const restMs = startMs + timeoutMs - clock.now();
    await pause(clock, Math.min(wait.next(), restMs), news);
    const alive = isAlive(await probe());
    if (process.end !== undefined)
      return fail('start-failed', process, describeEnd(process, alive && process.end.code === 0));
    if (alive) return { kind: 'ready', process, durationMs: clock.now() - startMs };
    if (signal.aborted) return fail('stopping', process, 'the start was called off');
    if (clock.now() - startMs >= timeoutMs) {
      return fail('start-timeout', process, `expected a connection within ${timeoutMs} ms, found none`);
    }
  }

  async function fail(
    kind: 'start-failed' | 'start-timeout' | 'stopping',
    failed: DaemonProcess,
    message: string,
  ): Promise<DaemonStart> {
    await endProcess(failed, clock, GRACE_MS);
    return { kind, message, process: failed };
  }
}
