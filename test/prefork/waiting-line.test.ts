import { describe, expect, test } from 'vitest';
import { WaitingLine } from '../../src/prefork/waiting-line.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

function lineWorld() {
  const clock = new VirtualClock();
  const done: string[] = [];
  const abandoned = new Set<number>();
  const line = new WaitingLine(
    { queueLength: 2, queueTimeoutMs: 1000 },
    {
      shed: (connection, reason) => void done.push(`shed ${connection}: ${reason}`),
      isAbandoned: (connection) => abandoned.has(connection),
    },
    clock,
    () => void done.push('expired'),
  );
  return { clock, done, abandoned, line };
}

describe('a line of connections that wait', () => {
  test('is full at its length', () => {
    const { line } = lineWorld();
    line.push(1);
    expect(line.isFull).toBe(false);
    line.push(2);
    expect([line.isFull, line.length]).toEqual([true, 2]);
  });

  test('gives them back in the order in which they came', () => {
    const { line, clock } = lineWorld();
    line.push(1);
    line.push(2);
    expect([line.next(clock.now())?.id, line.next(clock.now())?.id, line.next(clock.now())]).toEqual([
      1,
      2,
      undefined,
    ]);
  });

  test('forgets who has gone away while waiting', () => {
    const { line, clock, abandoned } = lineWorld();
    line.push(1);
    line.push(2);
    abandoned.add(1);
    clock.advance(1);
    expect([line.next(clock.now())?.id, line.length]).toEqual([2, 0]);
  });

  test('does not ask whether somebody has gone who has come at this moment', () => {
    const { line, clock, abandoned } = lineWorld();
    line.push(1);
    abandoned.add(1);
    expect(line.next(clock.now())?.id).toBe(1);
  });

  test('puts whom a worker failed before all others, but tells who was failed three times', () => {
    const { line, clock, done } = lineWorld();
    line.push(1);
    line.takeBack({ id: 7, arrivedMs: 0, attempts: 2 });
    line.takeBack({ id: 8, arrivedMs: 0, attempts: 3 });
    expect(done).toEqual(['shed 8: no-worker']);
    expect(line.next(clock.now())?.id).toBe(7);
  });

  test('sheds each when it has waited for the time allowed, and says so', () => {
    const { line, clock, done } = lineWorld();
    line.push(1);
    line.watch();
    clock.advance(400);
    line.push(2);
    line.watch();
    clock.advance(600);
    expect(done).toEqual(['shed 1: queue-timeout', 'expired']);
    line.watch();
    clock.advance(399);
    expect(done.length).toBe(2);
    clock.advance(1);
    expect(done.slice(2)).toEqual(['shed 2: queue-timeout', 'expired']);
  });

  test('does not shed who has gone away', () => {
    const { line, clock, done, abandoned } = lineWorld();
    line.push(1);
    line.watch();
    abandoned.add(1);
    clock.advance(1000);
    expect([done, line.length]).toEqual([['expired'], 0]);
  });

  test('sheds all at the end', () => {
    const { line, done } = lineWorld();
    line.push(1);
    line.push(2);
    line.shedAll();
    expect([done, line.length]).toEqual([['shed 1: stopping', 'shed 2: stopping'], 0]);
  });
});
