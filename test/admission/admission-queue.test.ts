import { beforeEach, describe, expect, test } from 'vitest';
import { AdmissionQueue } from '../../src/admission/admission-queue.ts';
import type { Ticket } from '../../src/admission/ticket.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

let clock: VirtualClock;
let events: string[];
let done: Map<string, () => void>;

beforeEach(() => {
  clock = new VirtualClock();
  events = [];
  done = new Map();
});

function queueOf(max: number, timeoutMs = 1000): AdmissionQueue {
  const onFault = (fault: unknown): void => {
    throw fault;
  };
  return new AdmissionQueue({ max, timeoutMs, clock, onFault });
}

function join(queue: AdmissionQueue, name: string, priority = 0): Ticket {
  return queue.join(priority, {
    turn: (finish) => {
      events.push(`${name} has its turn`);
      done.set(name, finish);
    },
    refused: (refusal) => events.push(`${name} ${refusal}`),
  });
}

/** p-queue goes on in microtasks after a turn is done. */
async function finish(name: string): Promise<void> {
  done.get(name)?.();
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

describe('the admission queue', () => {
  test('gives a request that finds room its turn before join returns', () => {
    join(queueOf(4), 'first');
    expect(events).toEqual(['first has its turn']);
  });

  test('gives turns oldest first', async () => {
    const queue = queueOf(4);
    for (const name of ['a', 'b', 'c']) join(queue, name);
    await finish('a');
    await finish('b');
    expect(events).toEqual(['a has its turn', 'b has its turn', 'c has its turn']);
  });

  test('gives turns newest first where the policy says so', async () => {
    const queue = queueOf(4);
    queue.setDiscipline({ order: 'newest-first' });
    for (const name of ['a', 'b', 'c']) join(queue, name);
    await finish('a');
    await finish('c');
    expect(events).toEqual(['a has its turn', 'c has its turn', 'b has its turn']);
  });

  test('lets a higher priority go first', async () => {
    const queue = queueOf(4);
    join(queue, 'running');
    join(queue, 'low', -1);
    join(queue, 'high', 5);
    join(queue, 'middle', 0);
    await finish('running');
    await finish('high');
    await finish('middle');
    expect(events.slice(1)).toEqual(['high has its turn', 'middle has its turn', 'low has its turn']);
  });

  test('raising the limit starts turns at once', () => {
    const queue = queueOf(4);
    join(queue, 'a');
    join(queue, 'b');
    queue.setLimit(2);
    expect(events).toEqual(['a has its turn', 'b has its turn']);
    expect(queue.inflight).toBe(2);
  });

  test('a limit below one is one: a queue that never moves is a trap', () => {
    const queue = queueOf(4);
    queue.setLimit(0);
    join(queue, 'a');
    expect(events).toEqual(['a has its turn']);
  });

  test('refuses whoever comes when it is full', () => {
    const queue = queueOf(1);
    for (const name of ['running', 'waiting', 'late']) join(queue, name);
    expect(events).toEqual(['running has its turn', 'late queue_full']);
    expect(queue.length).toBe(1);
  });

  test('newest first, the oldest goes when it is full: it has the least to hope for', () => {
    const queue = queueOf(1);
    queue.setDiscipline({ order: 'newest-first' });
    for (const name of ['running', 'old', 'new']) join(queue, name);
    expect(events).toEqual(['running has its turn', 'old queue_full']);
    expect(queue.length).toBe(1);
  });

  test('a policy may let fewer wait: whoever comes then is refused, those who wait already stay', () => {
    const queue = queueOf(4);
    for (const name of ['running', 'a', 'b']) join(queue, name);
    queue.setDiscipline({ maxLength: 1 });
    join(queue, 'late');
    expect(events.slice(1)).toEqual(['late queue_congested']);
    expect(queue.length).toBe(2);
    queue.setDiscipline({});
    join(queue, 'c');
    expect(queue.length).toBe(3);
  });

  test('a policy may never let more wait than is configured', () => {
    const queue = queueOf(1);
    queue.setDiscipline({ maxLength: 100 });
    for (const name of ['running', 'a', 'late']) join(queue, name);
    expect(events.slice(1)).toEqual(['late queue_full']);
  });

  test('newest first and few, the sooner whoever has no chance is told so the more come', () => {
    const queue = queueOf(100);
    queue.setDiscipline({ order: 'newest-first', maxLength: 2 });
    for (const name of ['running', 'a', 'b', 'c', 'd']) join(queue, name);
    expect(events.slice(1)).toEqual(['a queue_congested', 'b queue_congested']);
  });

  test('with more priority one takes the place of the oldest with the least', () => {
    const queue = queueOf(2);
    join(queue, 'running');
    join(queue, 'low', 0);
    join(queue, 'middle', 1);
    join(queue, 'high', 2);
    join(queue, 'lowest', -1);
    expect(events.slice(1)).toEqual(['low queue_full', 'lowest queue_full']);
  });

  test('a bound of nothing still lets pass what finds room', async () => {
    const queue = queueOf(0);
    join(queue, 'a');
    join(queue, 'b');
    expect(events).toEqual(['a has its turn', 'b queue_full']);
    await finish('a');
    join(queue, 'c');
    expect(events[2]).toBe('c has its turn');
  });

  test('refuses whoever has waited too long, each at its own time', () => {
    const queue = queueOf(4, 100);
    join(queue, 'running');
    join(queue, 'b');
    clock.advance(60);
    join(queue, 'c');
    clock.advance(40);
    expect(events.slice(1)).toEqual(['b queue_timeout']);
    clock.advance(59);
    expect(events).toHaveLength(2);
    clock.advance(1);
    expect(events.slice(1)).toEqual(['b queue_timeout', 'c queue_timeout']);
    expect(queue.length).toBe(0);
  });

  test('a policy may shorten the wait of those who wait already, and never lengthen it beyond the configuration', () => {
    const queue = queueOf(4, 1000);
    join(queue, 'running');
    join(queue, 'b');
    clock.advance(50);
    queue.setDiscipline({ maxWaitMs: 40 });
    expect(events.slice(1)).toEqual(['b queue_timeout']);
    queue.setDiscipline({ maxWaitMs: 5000 });
    join(queue, 'c');
    clock.advance(1000);
    expect(events.slice(2)).toEqual(['c queue_timeout']);
  });

  test('whoever leaves has no turn and makes room', async () => {
    const queue = queueOf(1);
    join(queue, 'running');
    const ticket = join(queue, 'leaving');
    expect(queue.leave(ticket)).toBe(true);
    expect(queue.leave(ticket)).toBe(false);
    join(queue, 'waiting');
    await finish('running');
    expect(events).toEqual(['running has its turn', 'waiting has its turn']);
  });

  test('a queue that everybody has left does not stop the next ones', async () => {
    const queue = queueOf(8);
    join(queue, 'running');
    for (const ticket of [join(queue, 'b'), join(queue, 'c')]) queue.leave(ticket);
    await finish('running');
    expect(queue.inflight).toBe(0);
    join(queue, 'd');
    expect(events).toEqual(['running has its turn', 'd has its turn']);
  });

  test('tells how long the one has waited that waits longest', () => {
    const queue = queueOf(4);
    expect(queue.oldestWaitMs()).toBe(0);
    join(queue, 'running');
    join(queue, 'b', 0);
    clock.advance(30);
    join(queue, 'c', 9);
    clock.advance(12);
    expect(queue.oldestWaitMs()).toBe(42);
  });
});
