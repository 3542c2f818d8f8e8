import { expect, test } from 'vitest';
import { Announcer } from '../../../src/admin/status-page/announcer.ts';

const began = (time: string) => ({
  time,
  event: 'shedding-began',
  application: 'wiki',
  details: { policy: 'threshold', reason: 'drowning' },
});

test('says what has changed since the page was opened, once', () => {
  const announcer = new Announcer();
  announcer.addChanges({ recent_changes: [began('1')] });
  expect(announcer.take(0)).toBeUndefined();
  announcer.addChanges({ recent_changes: [began('2'), began('1')] });
  expect(announcer.take(0)).toBe('wiki: shedding began: threshold says drowning.');
  announcer.addChanges({ recent_changes: [began('2'), began('1')] });
  expect(announcer.take(60_000)).toBeUndefined();
});

test('does not chatter: at most every ten seconds, and at most three sentences', () => {
  const announcer = new Announcer();
  announcer.add('Zero.');
  expect(announcer.take(0)).toBe('Zero.');
  for (const sentence of ['One.', 'Two.', 'Three.', 'Four.']) announcer.add(sentence);
  expect(announcer.take(9_999)).toBeUndefined();
  expect(announcer.take(10_000)).toBe('Two. Three. Four. And 1 more, in the table of changes.');
});

test('leaves the coming and going of daemons to the table', () => {
  const announcer = new Announcer();
  announcer.addChanges({ recent_changes: [] });
  announcer.addChanges({ recent_changes: [{ ...began('2'), event: 'daemon-ready' }] });
  expect(announcer.take(0)).toBeUndefined();
});
