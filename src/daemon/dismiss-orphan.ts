import type { Address } from '../config/configuration.ts';
import type { Clock } from '../core/clock.ts';
import { FileLock } from '../system/file-lock.ts';
import { BackOff } from './back-off.ts';
import { endProcess } from './end-process.ts';
import { recordedDaemon } from './find-orphan.ts';
import { pause } from './pause.ts';
import { removeSocketName } from './remove-socket-name.ts';

export interface DismissOptions {
  readonly address: Address;
  /** Its lock is held by who calls. */
  readonly lifePath: string;
  readonly usePath: string;
  readonly clock: Clock;
  readonly stopTimeoutMs: number;
  readonly orphanEnded: (pid: number) => void;
}

/**
 * Ends the daemon that a killed keeper left behind, as a keeper would: when nobody is in conversation with it, after a bounded wait; then its name goes,
 * and those in conversation all the same may finish, again for a bounded time. It is not kept on, for nobody reads what it writes, and that
 * ends many programs. False where there is none.
 */
export async function dismissOrphan(options: DismissOptions): Promise<boolean> {
  const { address, lifePath, usePath, clock, stopTimeoutMs, orphanEnded } = options;
  const orphan = recordedDaemon(lifePath);
  if (orphan === undefined) return false;
  let use: FileLock | undefined;
  try {
    use = await takeUse();
    removeSocketName(address);
    use ??= await takeUse();
    await endProcess(orphan, clock, stopTimeoutMs);
  } finally {
    use?.release();
  }
  orphanEnded(orphan.pid);
  return true;

  async function takeUse(): Promise<FileLock | undefined> {
    const untilMs = clock.now() + stopTimeoutMs;
    const wait = new BackOff();
    for (;;) {
      const taken = tryUse(usePath);
      if (taken === 'unusable') return undefined;
      if (taken !== undefined) return taken;
      const restMs = untilMs - clock.now();
      if (restMs <= 0 || orphan?.end !== undefined) return undefined;
      await pause(clock, Math.min(wait.next(), restMs));
    }
  }
}

function tryUse(path: string): FileLock | 'unusable' | undefined {
  try {
    return FileLock.try(path, 'exclusive');
  } catch {
    return 'unusable';
  }
}
