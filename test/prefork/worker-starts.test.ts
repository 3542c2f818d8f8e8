import { describe, expect, test } from 'vitest';
import { WorkerStarts } from '../../src/prefork/worker-starts.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

function startsWorld() {
  const clock = new VirtualClock();
  const done: string[] = [];
  const say = (text: string) => void done.push(text);
  const world = { clock, canStart: true, take: () => done.splice(0) };
  const starts = new WorkerStarts(
    { startsAtOnce: 4 },
    {
      start: () => world.canStart,
      ready: () => say('ready'),
      failing: (failures) => say(`failing ${failures}`),
    },
    { started: (worker) => say(`started ${worker}`), due: () => say('due') },
    clock,
    () => 1,
  );
  return Object.assign(world, { starts });
}

describe('starts of workers', () => {
  test('are numbered, those that fail too', () => {
    const world = startsWorld();
    world.starts.tryStart();
    world.canStart = false;
    world.starts.tryStart();
    world.canStart = true;
    world.starts.tryStart();
    expect(world.take()).toEqual(['started 1', 'failing 1', 'started 3']);
  });

  test('wait after the second failure in a row, and are due once when the time is over', () => {
    const world = startsWorld();
    world.starts.failed();
    world.starts.failed();
    world.take();
    expect([world.starts.tryStart(), world.starts.tryStart()]).toEqual([false, false]);
    world.clock.advance(49);
    expect(world.take()).toEqual([]);
    world.clock.advance(1);
    expect([world.take(), world.starts.tryStart(), world.take()]).toEqual([['due'], true, ['started 1']]);
  });

  test('are one at a time while workers die, and as many as allowed when one was of use', () => {
    const { starts } = startsWorld();
    const atOnce = [starts.atOnce];
    starts.failed();
    starts.failed();
    atOnce.push(starts.atOnce);
    starts.succeeded();
    atOnce.push(starts.atOnce);
    expect(atOnce).toEqual([4, 1, 4]);
    expect(starts.tryStart()).toBe(true);
  });

  test('become ready once, and do not complain of failures then', () => {
    const { starts, take } = startsWorld();
    expect(starts.isReady).toBe(false);
    starts.becomeReady();
    starts.becomeReady();
    starts.failed();
    expect([starts.isReady, take()]).toEqual([true, ['ready']]);
  });

  test('are not due any more when closed', () => {
    const world = startsWorld();
    world.starts.failed();
    world.starts.failed();
    world.starts.tryStart();
    world.take();
    world.starts.close();
    world.clock.advance(60_000);
    expect(world.take()).toEqual([]);
  });
});
