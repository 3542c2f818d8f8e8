import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CapacityLedger, type Slot } from '../../src/core/capacity-ledger.ts';

function ledgerOf(capacity: number, ...applications: string[]): CapacityLedger {
  const ledger = new CapacityLedger({ capacity, cost: { exec: 1, forward: 0.25 } });
  for (const application of applications) ledger.open(application);
  return ledger;
}

function take(ledger: CapacityLedger, application: string, count: number): Slot[] {
  const slots: Slot[] = [];
  for (let taken = 0; taken < count; taken++) {
    const slot = ledger.acquire(application, 'exec');
    if (slot !== undefined) slots.push(slot);
  }
  return slots;
}

describe('the capacity ledger', () => {
  test('grants slots up to the limit of the lane and counts them', () => {
    const ledger = ledgerOf(100, 'wiki');
    ledger.setLimit('wiki', 'exec', 2);
    expect(take(ledger, 'wiki', 3).map((slot) => slot.inflight)).toEqual([1, 2]);
    expect(ledger.inflight('wiki')).toEqual({ exec: 2, forward: 0 });
  });

  test('keeps the limits of the lanes apart', () => {
    const ledger = ledgerOf(100, 'wiki');
    ledger.setLimit('wiki', 'exec', 1);
    take(ledger, 'wiki', 1);
    expect(ledger.acquire('wiki', 'exec')).toBeUndefined();
    expect(ledger.acquire('wiki', 'forward')).toBeDefined();
  });

  test('lets an application borrow what all others leave', () => {
    const ledger = ledgerOf(10, 'wiki', 'tracker');
    expect(take(ledger, 'wiki', 20)).toHaveLength(10);
  });

  test('honours the guaranteed share of one that was asleep while another borrowed everything', () => {
    const ledger = ledgerOf(10, 'wiki', 'tracker');
    take(ledger, 'wiki', 10);
    expect(take(ledger, 'tracker', 10)).toHaveLength(5);
    expect(ledger.acquire('wiki', 'exec')).toBeUndefined();
  });

  test('shares by weight', () => {
    const ledger = new CapacityLedger({ capacity: 12, cost: { exec: 1, forward: 1 } });
    ledger.open('wiki', 2);
    ledger.open('tracker', 1);
    take(ledger, 'tracker', 12);
    expect(take(ledger, 'wiki', 12)).toHaveLength(8);
  });

  test('gives one slot to whoever holds none, however many applications there are', () => {
    const ledger = ledgerOf(1, 'a', 'b', 'c');
    for (const application of ['a', 'b', 'c']) expect(take(ledger, application, 2)).toHaveLength(1);
  });

  test('charges a process more than a conversation with a daemon', () => {
    const ledger = ledgerOf(2, 'wiki');
    expect(take(ledger, 'wiki', 1)).toHaveLength(1);
    const conversations = Array.from({ length: 8 }, () => ledger.acquire('wiki', 'forward'));
    expect(conversations.filter((slot) => slot !== undefined)).toHaveLength(4);
  });

  test('hands a slot that is given back to whoever waits, first come, first served', () => {
    const ledger = ledgerOf(10, 'wiki');
    ledger.setLimit('wiki', 'exec', 1);
    const [first] = take(ledger, 'wiki', 1);
    const served: string[] = [];
    ledger.wait('wiki', 'exec', (slot) => {
      served.push('second');
      slot.release();
    });
    ledger.wait('wiki', 'exec', () => served.push('third'));
    first?.release();
    expect(served).toEqual(['second', 'third']);
  });

  test('does not let a newcomer overtake whoever waits', () => {
    const ledger = ledgerOf(10, 'wiki');
    ledger.setLimit('wiki', 'exec', 1);
    take(ledger, 'wiki', 1);
    ledger.wait('wiki', 'exec', () => {});
    ledger.setLimit('wiki', 'exec', 1);
    expect(ledger.acquire('wiki', 'exec')).toBeUndefined();
  });

  test('forgets whoever gave up waiting', () => {
    const ledger = ledgerOf(10, 'wiki');
    ledger.setLimit('wiki', 'exec', 1);
    const [first] = take(ledger, 'wiki', 1);
    const served: Slot[] = [];
    const giveUp = ledger.wait('wiki', 'exec', (slot) => served.push(slot));
    giveUp();
    giveUp();
    first?.release();
    expect(served).toEqual([]);
    expect(ledger.inflight('wiki').exec).toBe(0);
  });

  test('serves those below their share before those who borrow', () => {
    const ledger = ledgerOf(4, 'flooded', 'quiet');
    const borrowed = take(ledger, 'flooded', 4);
    const own = take(ledger, 'quiet', 2);
    const served: string[] = [];
    ledger.wait('flooded', 'exec', () => served.push('flooded'));
    ledger.wait('quiet', 'exec', () => served.push('quiet'));
    own[0]?.release();
    expect(served).toEqual(['quiet']);
    for (const slot of borrowed) slot.release();
    expect(served).toEqual(['quiet', 'flooded']);
  });

  test('serves those who wait when the limit is raised', () => {
    const ledger = ledgerOf(10, 'wiki');
    ledger.setLimit('wiki', 'exec', 1);
    take(ledger, 'wiki', 1);
    let served = 0;
    ledger.wait('wiki', 'exec', () => served++);
    ledger.setLimit('wiki', 'exec', 2);
    expect(served).toBe(1);
  });

  test('takes a second release of one slot for the defect that it is', () => {
    const [slot] = take(ledgerOf(1, 'wiki'), 'wiki', 1);
    slot?.release();
    expect(() => slot?.release()).toThrow('given back twice');
  });

  test('has nothing in use, and nobody waiting with room left, after any history', () => {
    const steps = fc.array(
      fc.record({
        act: fc.constantFrom('acquire', 'wait', 'release', 'limit'),
        application: fc.constantFrom('a', 'b', 'c'),
        lane: fc.constantFrom('exec' as const, 'forward' as const),
        limit: fc.integer({ min: 1, max: 6 }),
        which: fc.nat(),
      }),
      { maxLength: 80 },
    );
    fc.assert(
      fc.property(steps, (history) => {
        const ledger = ledgerOf(6, 'a', 'b', 'c');
        const held: Slot[] = [];
        const limits = new Map<string, number>();
        for (const { act, application, lane, limit, which } of history) {
          if (act === 'limit') {
            limits.set(`${application} ${lane}`, limit);
            ledger.setLimit(application, lane, limit);
          } else if (act === 'wait') ledger.wait(application, lane, (slot) => held.push(slot));
          else if (act === 'acquire') {
            const slot = ledger.acquire(application, lane);
            if (slot === undefined) continue;
            expect(ledger.inflight(application)[lane]).toBeLessThanOrEqual(
              limits.get(`${application} ${lane}`) ?? Infinity,
            );
            held.push(slot);
          } else held.splice(which % Math.max(1, held.length), 1)[0]?.release();
        }
        // Whoever waits is granted in the course of these releases, and released in turn.
        for (let slot = held.pop(); slot !== undefined; slot = held.pop()) slot.release();
        for (const application of ['a', 'b', 'c'])
          expect(ledger.inflight(application)).toEqual({ exec: 0, forward: 0 });
      }),
    );
  });
});
