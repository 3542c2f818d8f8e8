import { expect, test } from 'vitest';
import { PassageTrace } from '../../src/admission/passage-trace.ts';
import { DecisionRing } from '../../src/explain/decision-ring.ts';
import { decisionRecordSchema } from '../../src/log/decision-record.ts';
import { exchangeRecord } from '../support/exchange-record.ts';
import { idleLoad } from '../support/idle-load.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

function ringOf(keep: number, retentionMs = 60_000) {
  const clock = new VirtualClock(1000);
  const ring = new DecisionRing({ keep, retentionMs, clock, wallClock: () => Date.UTC(2030, 0, 2) });
  const decide = (id: string, changes = {}): void => {
    const trace = new PassageTrace(clock.now() - 250);
    trace.arriving(clock.now() - 250, { load: idleLoad(), limit: () => 4 });
    ring.finished(exchangeRecord({ id, trace, ...changes }));
  };
  return { ring, clock, decide };
}

test('the ring has the last decisions, and not more of them than it is to keep', () => {
  const { ring, decide } = ringOf(3);
  for (const id of ['a', 'b', 'c', 'd', 'e']) decide(id);
  expect(['a', 'b', 'c', 'd', 'e'].filter((id) => ring.find(id) !== undefined)).toEqual(['c', 'd', 'e']);
  expect(ring.size).toBe(3);
});

test('nor longer', () => {
  const { ring, clock, decide } = ringOf(3, 60_000);
  decide('a');
  clock.advance(30_000);
  decide('b');
  clock.advance(30_000);
  expect(ring.find('a')).toBeUndefined();
  expect(ring.find('b')).toBeDefined();
  clock.advance(30_000);
  expect(ring.find('b')).toBeUndefined();
  expect(ring.size).toBe(0);
});

test('what it tells is a record as in the decision log', () => {
  const { ring, decide } = ringOf(3);
  decide('a');
  const record = ring.find('a');
  expect(decisionRecordSchema.parse(JSON.parse(JSON.stringify(record)))).toMatchObject({
    id: 'a',
    time: '2030-01-01T23:59:59.750Z',
    application: 'wiki',
    decision: { lane: 'exec', policy: 'threshold', reason: 'quiet' },
  });
});

test('of a request it has the method and the path, without the query', () => {
  const { ring, decide } = ringOf(3);
  decide('a');
  expect(ring.find('a')?.meta).toEqual({ REQUEST_METHOD: 'GET', REQUEST_URI: '/wiki/page' });
});

test('of an id that is given twice it has the latest', () => {
  const { ring, decide } = ringOf(3);
  decide('a', { status: 200 });
  decide('b');
  decide('a', { status: 503 });
  expect(ring.find('a')?.status).toBe(503);
  expect(ring.size).toBe(2);
});

test('it passes over what no policy was asked about', () => {
  const { ring, decide } = ringOf(3);
  decide('a', { application: '' });
  decide('b', { trace: undefined });
  expect(ring.size).toBe(0);
});
