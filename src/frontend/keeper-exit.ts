import type { DaemonRefusal } from '../core/daemon.ts';

/** By its code of exit a keeper tells the frontend that started it why there is no daemon. 0: there was one. */
const CODES: Readonly<Record<DaemonRefusal, number>> = {
  'start-failed': 10,
  'start-timeout': 11,
  'start-storm': 12,
  'lock-timeout': 13,
  'lock-failed': 14,
  stopping: 15,
};

export function keeperExitCode(refusal: DaemonRefusal): number {
  return CODES[refusal];
}

export function refusalOfKeeper(code: number | null): DaemonRefusal {
  const found = Object.entries(CODES).find(([, known]) => known === code);
  return (found?.[0] as DaemonRefusal | undefined) ?? 'start-failed';
}
