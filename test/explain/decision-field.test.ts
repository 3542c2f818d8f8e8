import { expect, test } from 'vitest';
import { decisionField } from '../../src/explain/decision-field.ts';
import { idleLoad } from '../support/idle-load.ts';

const text = (...args: Parameters<typeof decisionField>): string =>
  Buffer.from(decisionField(...args)).toString('latin1');
const load = idleLoad({ loadAverage: 1.23456, running: 3, inflight: { exec: 2, forward: 5 }, queued: 4 });

test('the field is a token with who decided and the numbers as parameters', () => {
  const decision = { lane: 'exec', policy: 'threshold', reason: 'quiet' } as const;
  expect(text({ decision, load, limit: 8, waitMs: 12.3456 })).toBe(
    'Spillway-Decision: exec;policy="threshold";reason="quiet";wait_ms=12.346;inflight=2;limit=8;queued=4;load_average=1.235;running=3;processors=2;daemon=down\r\n',
  );
});

test('what is not known, or has no bound, is left out', () => {
  const decision = { lane: 'shed', policy: 'pid', reason: 'late' } as const;
  const unknown = { ...load, loadAverage: undefined, running: undefined };
  expect(text({ decision, load: unknown, limit: Number.POSITIVE_INFINITY, waitMs: 0 })).toBe(
    'Spillway-Decision: shed;policy="pid";reason="late";wait_ms=0;inflight=7;queued=4;processors=2;daemon=down\r\n',
  );
});
