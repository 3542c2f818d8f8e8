import { beforeEach, describe, expect, test } from 'vitest';
import { AdmissionQueue } from '../../src/admission/admission-queue.ts';
import type { TicketRefusal } from '../../src/admission/ticket.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

interface Class {
  readonly priority: number;
  readonly share: number;
  /** What one of its turns takes, milliseconds. */
  readonly turnMs: number;
}

let clock: VirtualClock;
let queue: AdmissionQueue;
/** Time in turns by priority, milliseconds. */
let used: Map<number, number>;
let refusals: [number, TicketRefusal][];

beforeEach(() => {
  clock = new VirtualClock();
  used = new Map();
  refusals = [];
  queue = new AdmissionQueue({
    max: 20,
    timeoutMs: 1_000_000,
    clock,
    onFault: (fault) => {
      throw fault;
    },
  });
});

function join({ priority, share, turnMs }: Class, onDone: () => void = () => undefined): void {
  queue.join(
    priority,
    {
      turn: (done) => {
        clock.after(turnMs, () => {
          used.set(priority, (used.get(priority) ?? 0) + turnMs);
          done();
          onDone();
        });
      },
      refused: (refusal) => void refusals.push([priority, refusal]),
    },
    share,
  );
}

/** So many visitors of the class who come again as soon as they have been served. */
function keepComing(one: Class, visitors: number): void {
  const again = () => join(one, again);
  for (let visitor = 0; visitor < visitors; visitor++) again();
}

function partOf(one: Class): number {
  let total = 0;
  for (const ms of used.values()) total += ms;
  return (used.get(one.priority) ?? 0) / total;
}

const member: Class = { priority: 2, share: 0.6, turnMs: 12 };
const visitor: Class = { priority: 1, share: 0.3, turnMs: 12 };
const crawler: Class = { priority: 0, share: 0.1, turnMs: 12 };

describe('guaranteed shares, when everybody waits', () => {
  test.each([1, 2, 5])('divide the time of %d turns at once', async (limit) => {
    queue.setLimit(limit);
    for (const one of [member, visitor, crawler]) keepComing(one, 6);
    await clock.advanceAsync(20_000);
    for (const one of [member, visitor, crawler]) expect(partOf(one)).toBeCloseTo(one.share, 1);
  });

  test('count time, not turns: slow requests get no more for being slow', async () => {
    queue.setLimit(2);
    const slow = { ...crawler, turnMs: 500 };
    keepComing(member, 6);
    keepComing(slow, 6);
    await clock.advanceAsync(120_000);
    expect(partOf(slow)).toBeLessThan(0.16);
    expect(partOf(slow)).toBeGreaterThan(0.06);
  });

  test('hold where every turn takes long', async () => {
    queue.setLimit(2);
    for (const one of [member, visitor, crawler]) keepComing({ ...one, turnMs: 10_000 }, 6);
    await clock.advanceAsync(2_000_000);
    for (const one of [member, visitor, crawler]) expect(Math.abs(partOf(one) - one.share)).toBeLessThan(0.1);
  });

  test('leave nothing idle: what a class does not want the highest priority gets', async () => {
    queue.setLimit(2);
    keepComing(visitor, 6);
    keepComing(crawler, 6);
    await clock.advanceAsync(20_000);
    expect(partOf(visitor)).toBeCloseTo(0.9, 1);
    expect(partOf(crawler)).toBeCloseTo(0.1, 1);
  });

  test('are not saved up: a class that comes back has its share and no more', async () => {
    queue.setLimit(2);
    keepComing(member, 6);
    await clock.advanceAsync(60_000);
    used.clear();
    keepComing(crawler, 6);
    await clock.advanceAsync(3000);
    expect(partOf(crawler)).toBeLessThan(0.2);
  });
});

describe('places in a full queue', () => {
  const fill = (one: Class, places: number) => {
    for (let place = 0; place < places; place++) join({ ...one, turnMs: 1_000_000 });
  };

  test('a class within its share of them gets one from who has more than his', () => {
    fill(member, 21);
    join(crawler);
    join(crawler);
    expect(refusals).toEqual([
      [2, 'queue_full'],
      [2, 'queue_full'],
    ]);
  });

  test('a class that has its share gets none from a higher one', () => {
    fill(member, 21);
    fill(crawler, 3);
    expect(refusals.at(-1)).toEqual([0, 'queue_full']);
  });

  test('a class with a share has one at least, however few a policy lets wait', () => {
    queue.setDiscipline({ maxLength: 2 });
    fill(member, 8);
    refusals.length = 0;
    join({ ...crawler, turnMs: 1_000_000 });
    expect(refusals).toEqual([[2, 'queue_congested']]);
    join({ ...member, turnMs: 1_000_000 });
    expect(refusals.at(-1)).toEqual([2, 'queue_congested']);
  });

  test('a higher class takes them from a lower one, down to what is guaranteed to it', () => {
    fill(crawler, 21);
    fill(member, 20);
    expect(refusals.filter(([priority]) => priority === 0)).toHaveLength(18);
    expect(refusals.filter(([priority]) => priority === 2)).toHaveLength(2);
  });
});
