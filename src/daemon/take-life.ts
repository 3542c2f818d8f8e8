import type { Clock } from '../core/clock.ts';
import { FileLock } from '../system/file-lock.ts';
import { BackOff } from './back-off.ts';
import { isOrphaned, recordedDaemon } from './find-orphan.ts';
import { pause } from './pause.ts';
import { isAlive, type Probe, type Reachability } from './reachability.ts';

export type LifeTaken =
  /** Somebody else runs the daemon. */
  | { readonly kind: 'running' }
  /** The daemon is down and ours to start, or an orphan and ours to replace; what a last look found at its address. */
  | { readonly kind: 'held'; readonly lock: FileLock; readonly found: Reachability }
  | { readonly kind: 'lock-timeout' }
  | { readonly kind: 'lock-failed'; readonly message: string }
  | { readonly kind: 'stopping' };

export interface LifeOptions {
  readonly path: string;
  readonly probe: Probe;
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** Calls off the wait. */
  readonly signal: AbortSignal;
}

/**
 * Finds out whether the daemon is down, which takes two signs: no connection and a free life lock. With the lock in hand
 * a connection is tried once more, for somebody may have started the daemon between the two signs. A lock that
 * somebody else holds means that the daemon comes or goes: wait for one of the signs to change. A daemon that answers
 * and whose keeper was killed is taken for down: nobody would ever retire it.
 */
export async function takeLife({ path, probe, clock, timeoutMs, signal }: LifeOptions): Promise<LifeTaken> {
  const untilMs = clock.now() + timeoutMs;
  const wait = new BackOff();
  for (;;) {
    const alive = isAlive(await probe());
    if (alive && !isOrphaned(path)) return { kind: 'running' };
    if (signal.aborted) return { kind: 'stopping' };
    let lock: FileLock | undefined;
    try {
      lock = FileLock.try(path, 'exclusive');
    } catch (error) {
      return { kind: 'lock-failed', message: String(error) };
    }
    if (lock !== undefined) {
      const found = await probe();
      if (!isAlive(found) || recordedDaemon(path) !== undefined) return { kind: 'held', lock, found };
      lock.release();
      return { kind: 'running' };
    }
    // Somebody took it before us.
    if (alive) return { kind: 'running' };
    const restMs = untilMs - clock.now();
    if (restMs <= 0) return { kind: 'lock-timeout' };
    await pause(clock, Math.min(wait.next(), restMs), signal);
  }
}
