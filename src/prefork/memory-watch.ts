import type { Clock } from '../core/clock.ts';
import { residentBytes } from './resident-bytes.ts';

const EVERY_MS = 1000;

/** Looks at the memory of processes once a second, where there is a limit. Returns how to end it. */
export function watchMemory(
  clock: Clock,
  maxBytes: number | undefined,
  pids: () => Iterable<readonly [worker: number, pid: number]>,
  exceeded: (worker: number, bytes: number) => void,
): () => void {
  if (maxBytes === undefined) return () => {};
  let cancel = (): void => {};
  const look = (): void => {
    for (const [worker, pid] of [...pids()]) {
      const bytes = residentBytes(pid);
      if (bytes > maxBytes) exceeded(worker, bytes);
    }
    cancel = clock.after(EVERY_MS, look);
  };
  cancel = clock.after(EVERY_MS, look);
  return () => cancel();
}
