import { FileLock } from '../system/file-lock.ts';
import { isRunning } from '../system/process-identity.ts';
import { readLifeRecord } from './life-record.ts';
import { OrphanProcess } from './orphan-process.ts';

/**
 * What is left of the daemon that the file of a life lock tells of. Asked by who holds the lock, and has not written to it yet, it is an
 * orphan: its keeper was killed. `keeper`: only if it was that one's.
 */
export function recordedDaemon(lifePath: string, keeper?: number): OrphanProcess | undefined {
  const record = readLifeRecord(lifePath);
  if (record === undefined || (keeper !== undefined && keeper !== record.keeper.pid)) return undefined;
  const daemon = new OrphanProcess(record.daemon);
  return daemon.groupRuns() ? daemon : undefined;
}

/**
 * Whether a daemon runs that nobody keeps. Cheap where it is kept. A keeper whose process we cannot see (in another container) is known
 * by its lock.
 */
export function isOrphaned(lifePath: string): boolean {
  const record = readLifeRecord(lifePath);
  if (record === undefined || isRunning(record.keeper)) return false;
  if (recordedDaemon(lifePath) === undefined) return false;
  try {
    const life = FileLock.try(lifePath, 'shared');
    life?.release();
    return life !== undefined;
  } catch {
    return false;
  }
}
