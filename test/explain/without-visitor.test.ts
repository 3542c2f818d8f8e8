import { expect, test } from 'vitest';
import { explainDecision } from '../../src/explain/explain-decision.ts';
import { withoutVisitor } from '../../src/explain/without-visitor.ts';
import type { DecisionRecord } from '../../src/log/decision-record.ts';

const hearing = {
  at_ms: 1,
  load: {
    processors: 2,
    lanes: ['exec' as const],
    daemon: 'none',
    inflight: { exec: 0, forward: 0 },
    queued: 3,
    oldest_wait_ms: 20,
  },
  limits: {},
};
const grounds = [
  {
    signal: 'requests had lately',
    visitor: '192.0.2.0/24',
    value: 30,
    comparison: '>=' as const,
    threshold: 20,
    means: 'too many',
  },
];
const record: DecisionRecord = {
  v: 1,
  time: '2030-01-02T03:04:05.678Z',
  arrived_ms: 1,
  id: 'r1',
  application: 'wiki',
  meta: { REQUEST_URI: '/secret' },
  priority: 0,
  arrive: { ...hearing, policies: [{ policy: 'fair', shed: 'over', grounds }, { policy: 'mute' }] },
  dispatch: { ...hearing, policies: [{ policy: 'fair', lane: 'shed', reason: 'over', grounds }] },
  decision: { lane: 'shed', policy: 'fair', reason: 'over' },
  wait_ms: 0,
  busy_ms: 0,
  total_ms: 1,
  result: 'ignored',
  status: 503,
  bytes_in: 0,
  bytes_out: 0,
};

test('who asked and what for is left out, the numbers are told all the same', () => {
  expect(explainDecision(record)).toMatch(/secret[\s\S]*192\.0\.2\.0/);
  const told = explainDecision(withoutVisitor(record));
  expect(told).not.toMatch(/secret|192\.0\.2/);
  expect(told).toContain('requests had lately was 30, at or over 20: too many');
});

test('a request that was never asked about stays as it is', () => {
  const { arrive: _, dispatch: __, ...refused } = record;
  expect(withoutVisitor(refused)).toEqual({ ...refused, meta: {} });
});
