import type { ExchangeRecord } from '../../src/core/observer.ts';
import { viewOf } from './view-of.ts';

/** A request that the exec lane served, but for what is said otherwise. */
export function exchangeRecord(changes: Partial<ExchangeRecord> = {}): ExchangeRecord {
  return {
    id: 'r1',
    application: 'wiki',
    view: viewOf({ REQUEST_METHOD: 'GET', REQUEST_URI: '/wiki/page?x=1', REMOTE_ADDR: '192.0.2.7' }),
    decision: { lane: 'exec', policy: 'threshold', reason: 'quiet' },
    result: 'served',
    failure: undefined,
    status: 200,
    waitMs: 0,
    firstByteMs: 12.3,
    busyMs: 14.25,
    totalMs: 15.5,
    bytesIn: 0,
    bytesOut: 5123,
    ...changes,
  };
}
