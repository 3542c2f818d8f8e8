import { describe, expect, test } from 'vitest';
import type { StatusDocument } from '../../../src/admin/status-document.ts';
import { laneCounts, Rates } from '../../../src/admin/status-page/rates.ts';

const decision = (lane: string, total: number, reason = 'why') => ({ policy: 'p', lane, reason, total });

function status(uptime: number, decisions: ReturnType<typeof decision>[], started = 'a'): StatusDocument {
  return {
    started,
    uptime_seconds: uptime,
    applications: [{ name: 'wiki', decisions }],
  } as unknown as StatusDocument;
}

test('decisions are summed by lane', () => {
  const decisions = [
    decision('exec', 1),
    decision('shed', 2),
    decision('shed', 3, 'other'),
    decision('odd', 9),
  ];
  expect(laneCounts({ decisions })).toEqual({ exec: 1, forward: 0, shed: 5 });
});

describe('rates', () => {
  test('are what was counted by the time of the gateway', () => {
    const rates = new Rates();
    rates.add(status(10, [decision('exec', 100)]));
    expect(rates.lane('wiki', 'exec')).toBe(0);
    rates.add(status(12, [decision('exec', 150), decision('shed', 4)]));
    expect(rates.lane('wiki', 'exec')).toBe(25);
    expect(rates.decision('wiki', { policy: 'p', lane: 'shed', reason: 'why' })).toBe(2);
    expect(rates.lane('other', 'exec')).toBe(0);
  });

  test('are those of the last three seconds', () => {
    const rates = new Rates();
    for (let second = 0; second <= 10; second++)
      rates.add(status(second, [decision('exec', second < 5 ? 0 : 100)]));
    expect(rates.lane('wiki', 'exec')).toBe(0);
  });

  test('begin anew with another gateway, which counts from zero', () => {
    const rates = new Rates();
    rates.add(status(100, [decision('exec', 5000)]));
    rates.add(status(1, [decision('exec', 10)], 'b'));
    expect(rates.lane('wiki', 'exec')).toBe(0);
    rates.add(status(2, [decision('exec', 13)], 'b'));
    expect(rates.lane('wiki', 'exec')).toBe(3);
  });
});
