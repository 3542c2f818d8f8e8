import type { ExchangeRecord, Observer } from '../core/observer.ts';

/** Tells several observers. One that fails does not keep the others from hearing; its fault is told once per record. */
export function fanOutObserver(
  observers: readonly Observer[],
  onFault: (fault: unknown, id: string) => void,
): Observer {
  return {
    finished(record: ExchangeRecord): void {
      for (const observer of observers) {
        try {
          observer.finished(record);
        } catch (fault) {
          onFault(fault, record.id);
        }
      }
    },
  };
}
