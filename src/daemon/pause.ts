import type { Clock } from '../core/clock.ts';

/** Resolves after `delayMs`, or at once when `signal` calls off. */
export function pause(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal?.aborted === true) return Promise.resolve();
  const takeBack = clock.after(delayMs, done);
  signal?.addEventListener('abort', done, { once: true });
  function done(): void {
    takeBack();
    signal?.removeEventListener('abort', done);
    resolve();
  }
  return promise;
}
