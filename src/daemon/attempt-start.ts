import type { Address } from '../config/configuration.ts';
import type { DaemonRefusal } from '../core/daemon.ts';
import type { FileLock } from '../system/file-lock.ts';
import type { DaemonProcess } from './daemon-process.ts';
import type { Reachability } from './reachability.ts';
import { removeSocketName } from './remove-socket-name.ts';
import { type StartOptions, startDaemon } from './start-daemon.ts';
import { takeLife } from './take-life.ts';

export type StartAttempt =
  /** Somebody else runs it. */
  | { readonly kind: 'running' }
  | {
      readonly kind: 'ready';
      /** Held: to be released when the process and its group are gone. */
      readonly life: FileLock;
      readonly process: DaemonProcess;
      readonly durationMs: number;
    }
  | {
      readonly kind: 'refused';
      readonly refusal: DaemonRefusal;
      readonly message: string;
      /** What was started, and is gone. */
      readonly process: DaemonProcess | undefined;
    };

export interface AttemptOptions extends StartOptions {
  readonly address: Address;
  readonly lifePath: string;
}

/**
 * One attempt to have a daemon: finds one, or starts one under the life lock. When this resolves without holding the lock,
 * either a daemon is up or it is safe for somebody else to try. Never rejects.
 */
export async function attemptStart(options: AttemptOptions): Promise<StartAttempt> {
  // Whoever holds the lock may need all of the time that a start may take.
  const taken = await takeLife({ ...options, path: options.lifePath });
  switch (taken.kind) {
    case 'running':
      return taken;
    case 'held':
      return startLocked(options, taken.lock, taken.found);
    case 'lock-timeout':
      return refused('lock-timeout', `somebody else holds ${options.lifePath}, and no daemon answers`);
    case 'lock-failed':
      return refused('lock-failed', taken.message);
    case 'stopping':
      return refused('stopping', 'the start was called off');
  }
}

async function startLocked(
  options: AttemptOptions,
  life: FileLock,
  found: Reachability,
): Promise<StartAttempt> {
  let ready = false;
  try {
    if (found === 'denied') {
      return refused('start-failed', 'expected a socket open to this user, or none; found something else');
    }
    if (found === 'stale') removeSocketName(options.address);
    const start = await startDaemon({
      ...options,
      launched: (daemon) => {
        life.write(`keeper ${process.pid}\ndaemon ${daemon.pid}\n`);
        options.launched(daemon);
      },
    });
    ready = start.kind === 'ready';
    return start.kind === 'ready' ? { ...start, life } : refused(start.kind, start.message, start.process);
  } catch (error) {
    return refused('start-failed', String(error));
  } finally {
    if (!ready) {
      life.write('');
      life.release();
    }
  }
}

function refused(refusal: DaemonRefusal, message: string, process?: DaemonProcess): StartAttempt {
  return { kind: 'refused', refusal, message, process };
}
