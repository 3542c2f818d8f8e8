import { expect, test } from 'vitest';
import type { DecisionTrace } from '../../src/core/decision-trace.ts';
import { LastDecisions } from '../../src/explain/last-decisions.ts';
import type { DecisionRecord } from '../../src/log/decision-record.ts';
import { exchangeRecord } from '../support/exchange-record.ts';

const trace: DecisionTrace = {
  arrivedMs: 0,
  priority: 0,
  arrive: undefined,
  dispatch: undefined,
  inflight: 1,
};
const kept = new Set<string>();
const ring = { find: (id: string) => (kept.has(id) ? ({ id } as DecisionRecord) : undefined) };

function decisionsOf(requests: readonly (readonly [id: string, reason: string])[]): LastDecisions {
  const decisions = new LastDecisions(ring);
  kept.clear();
  for (const [id, reason] of requests) {
    kept.add(id);
    decisions.finished(exchangeRecord({ id, decision: { lane: 'shed', policy: 'p', reason }, trace }));
  }
  return decisions;
}
const ids = (decisions: LastDecisions, most = 20) => decisions.latest(most).map(({ id }) => id);

test('gives the last decision for each reason, the last of all first', () => {
  const decisions = decisionsOf([
    ['1', 'full'],
    ['2', 'late'],
    ['3', 'full'],
    ['4', 'full'],
  ]);
  expect(ids(decisions)).toEqual(['4', '2']);
  expect(ids(decisions, 1)).toEqual(['4']);
});

test('leaves out what is not kept any more', () => {
  const decisions = decisionsOf([
    ['1', 'full'],
    ['2', 'late'],
  ]);
  kept.delete('2');
  expect(ids(decisions)).toEqual(['1']);
});

test('is bounded, whatever policies make up', () => {
  const decisions = decisionsOf(
    Array.from({ length: 1000 }, (_, index) => [String(index), `reason ${index}`]),
  );
  expect(ids(decisions, 1000)).toHaveLength(200);
});

test('passes over what was never decided', () => {
  const decisions = decisionsOf([]);
  kept.add('1');
  decisions.finished(exchangeRecord({ id: '1', decision: undefined, trace }));
  decisions.finished(exchangeRecord({ id: '1', application: '', trace }));
  expect(ids(decisions)).toEqual([]);
});
