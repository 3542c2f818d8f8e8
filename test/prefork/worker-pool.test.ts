import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PoolWorld } from './pool-world.ts';

describe('a pool of workers', () => {
  test('is ready when its first worker is', () => {
    const world = new PoolWorld();
    world.pool.open();
    expect([world.take(), world.pool.isReady]).toEqual([['start 1'], false]);
    world.pool.saidReady(1);
    expect([world.take(), world.pool.isReady]).toEqual([['ready'], true]);
  });

  test('is ready at once where it needs no worker', () => {
    const world = new PoolWorld({ minWorkers: 0 });
    world.pool.open();
    expect(world.take()).toEqual(['ready']);
  });

  test('hands a connection to an idle worker, and lets go of it when the worker has it', () => {
    const world = new PoolWorld().open();
    world.pool.arrived(7);
    expect(world.take()).toEqual(['hand 7 to 1']);
    world.pool.saidTook(1, 7);
    expect(world.take()).toEqual(['took 7 after 0']);
    expect(world.pool.count('busy')).toBe(1);
  });

  test('prefers the worker that became idle last', () => {
    const world = new PoolWorld({ minWorkers: 3 }).open();
    for (const connection of [1, 2, 3]) world.pool.arrived(connection);
    for (const [worker, connection] of [
      [3, 1],
      [2, 2],
      [1, 3],
    ] as const)
      world.pool.saidTook(worker, connection);
    world.pool.saidReady(1);
    world.pool.saidReady(3);
    world.take();
    world.pool.arrived(4);
    expect(world.take()).toEqual(['hand 4 to 3']);
  });

  test('starts another at once when none is ready and there is room, then lets wait', () => {
    const world = new PoolWorld().open();
    for (const connection of [1, 2, 3, 4]) world.pool.arrived(connection);
    expect(world.take()).toEqual(['hand 1 to 1', 'start 2', 'start 3']);
    world.pool.saidReady(2);
    expect(world.take()).toEqual(['hand 2 to 2']);
  });

  test('sheds beyond the queue, and who waited too long', () => {
    const world = new PoolWorld({ maxWorkers: 1, queueLength: 2 }).open();
    for (const connection of [1, 2, 3, 4]) world.pool.arrived(connection);
    world.pool.saidTook(1, 1);
    expect(world.take()).toContain('shed 4: queue-full');
    world.clock.advance(999);
    expect(world.take()).toEqual([]);
    world.clock.advance(1);
    expect(world.take()).toEqual(['shed 2: queue-timeout', 'shed 3: queue-timeout']);
  });

  test('does not bother a worker with who has left the queue', () => {
    const world = new PoolWorld({ maxWorkers: 1 }).open();
    for (const connection of [1, 2, 3]) world.pool.arrived(connection);
    world.pool.saidTook(1, 1);
    world.abandoned.add(2);
    world.clock.advance(10);
    world.take();
    world.pool.saidReady(1);
    expect(world.take()).toEqual(['hand 3 to 1']);
  });

  test.each([
    ['before it is ready', (world: PoolWorld) => void world],
    ['between ready and hand-over', (world: PoolWorld) => world.pool.saidReady(1)],
  ])('loses nothing by a worker that dies %s', (_, before) => {
    const world = new PoolWorld({ maxWorkers: 1 });
    world.pool.open();
    before(world);
    world.pool.ended(1);
    world.pool.arrived(5);
    world.pool.saidReady(2);
    expect(world.take()).toContain('hand 5 to 2');
  });

  test('gives a hand-over that was not acknowledged to another, but not before the first is gone', () => {
    const world = new PoolWorld({ minWorkers: 2 }).open();
    world.pool.arrived(5);
    expect(world.take()).toEqual(['hand 5 to 2']);
    world.clock.advance(100);
    expect(world.take()).toEqual(['kill 2: hand-over-timeout', 'start 3']);
    world.pool.ended(2);
    expect(world.take()).toEqual(['hand 5 to 1']);
  });

  test('believes the last word of a worker that was killed: what it took goes to nobody else', () => {
    const world = new PoolWorld({ minWorkers: 2 }).open();
    world.pool.arrived(5);
    world.clock.advance(100);
    world.take();
    world.pool.saidTook(2, 5);
    world.pool.ended(2);
    expect(world.take()).toEqual(['took 5 after 0']);
  });

  test('does not hold it against a connection that a worker was gone already', () => {
    const world = new PoolWorld({ maxWorkers: 1, queueTimeoutMs: 60_000 }).open();
    world.reachable = false;
    world.pool.arrived(5);
    for (let worker = 1; worker <= 5; worker += 1) {
      world.pool.ended(worker);
      world.clock.advance(400);
      world.reachable = worker === 5;
      world.pool.saidReady(worker + 1);
    }
    expect(world.take().filter((text) => text.startsWith('shed'))).toEqual([]);
    world.pool.saidTook(6, 5);
    expect(world.take()).toEqual(['took 5 after 2000']);
  });

  test('gives a connection on which three workers failed a refusal, not a fourth', () => {
    const world = new PoolWorld({ maxWorkers: 1, minWorkers: 1 }).open();
    world.pool.arrived(5);
    for (const worker of [1, 2, 3]) {
      world.pool.ended(worker);
      world.clock.advance(200);
      world.pool.saidReady(worker + 1);
    }
    expect(world.take()).toContain('shed 5: no-worker');
  });

  test('costs only its own request when a worker dies in the middle', () => {
    const world = new PoolWorld().open();
    world.pool.arrived(5);
    world.pool.saidTook(1, 5);
    world.take();
    world.pool.ended(1);
    expect(world.take()).toEqual(['start 2']);
  });

  test.each([
    ['is ready while it owes an answer', (world: PoolWorld) => world.pool.saidReady(1)],
    ['took what it was not given', (world: PoolWorld) => world.pool.saidTook(1, 99)],
    ['speaks another language', (world: PoolWorld) => world.pool.breached(1)],
  ])('ends a worker that %s', (_, breach) => {
    const world = new PoolWorld().open();
    world.pool.arrived(5);
    world.take();
    breach(world);
    expect(world.take()).toContain('kill 1: protocol');
  });

  test.each([
    ['does not become ready', {}, 500, (_: PoolWorld) => {}, 'kill 1: start-timeout'],
    [
      'takes too long for a request',
      { requestTimeoutMs: 300 },
      300,
      (world: PoolWorld) => {
        world.pool.saidReady(1);
        world.pool.arrived(5);
        world.pool.saidTook(1, 5);
      },
      'kill 1: request-timeout',
    ],
  ])('ends a worker that %s', (_, options, afterMs, prepare, expected) => {
    const world = new PoolWorld(options);
    world.pool.open();
    prepare(world);
    world.clock.advance(afterMs);
    expect(world.take()).toContain(expected);
  });

  test('ends a worker after its number of requests, and starts another', () => {
    const world = new PoolWorld({ maxRequests: 2 }).open();
    for (const connection of [1, 2]) {
      world.pool.arrived(connection);
      world.pool.saidTook(1, connection);
      world.pool.saidReady(1);
    }
    expect(world.take().slice(-2)).toEqual(['stop 1: requests', 'start 2']);
  });

  test('ends a worker for its memory only after its request', () => {
    const world = new PoolWorld().open();
    world.pool.arrived(1);
    world.pool.saidTook(1, 1);
    world.take();
    world.pool.retire(1, 'memory');
    expect(world.take()).toEqual([]);
    world.pool.saidReady(1);
    expect(world.take()).toEqual(['stop 1: memory', 'start 2']);
  });

  test('lets idle workers go, down to the minimum, the coldest first', () => {
    const world = new PoolWorld({ workerIdleTimeoutMs: 1000 }).open();
    for (const connection of [1, 2, 3]) world.pool.arrived(connection);
    world.pool.saidTook(1, 1);
    world.readyAll();
    world.pool.saidTook(2, 2);
    world.pool.saidTook(3, 3);
    for (const worker of [1, 2, 3]) world.pool.saidReady(worker);
    world.take();
    world.clock.advance(1000);
    expect(world.take()).toEqual(['stop 1: idle', 'stop 2: idle']);
    world.pool.ended(1);
    world.pool.ended(2);
    world.clock.advance(10_000);
    expect(world.take()).toEqual([]);
  });

  test('keeps so many idle as asked, below the maximum', () => {
    const world = new PoolWorld({ minIdle: 2, maxWorkers: 4 }).open();
    world.readyAll();
    world.pool.arrived(1);
    world.pool.saidTook(2, 1);
    expect(world.take()).toContain('start 3');
  });

  test('does not start again and again what dies at once', () => {
    const world = new PoolWorld({ minWorkers: 3 });
    world.pool.open();
    let starts = 0;
    for (let ms = 0; ms < 10_000; ms += 10) {
      for (const worker of world.started.splice(0)) {
        starts += 1;
        world.pool.ended(worker);
      }
      world.clock.advance(10);
    }
    // Three at first, and then 37, 75, 150, ... ms apart.
    expect(starts).toBeGreaterThan(5);
    expect(starts).toBeLessThan(15);
  });

  test('tells that the first ones fail', () => {
    const world = new PoolWorld();
    world.pool.open();
    world.pool.ended(1);
    world.pool.ended(2);
    expect(world.take().filter((text) => text.startsWith('failing'))).toEqual(['failing 1', 'failing 2']);
  });

  test('tries again later where no worker can be started', () => {
    const world = new PoolWorld();
    world.canStart = false;
    world.pool.open();
    expect(world.take()).toContain('no start');
    world.canStart = true;
    world.clock.advance(200);
    expect(world.take()).toContain('start 3');
  });
});

describe('a reload', () => {
  test('replaces workers one by one, each when its successor is ready', () => {
    const world = new PoolWorld({ minWorkers: 2, maxWorkers: 2 }).open();
    world.pool.reload();
    expect(world.take()).toEqual(['start 3']);
    world.pool.saidReady(3);
    expect(world.take()).toEqual(['stop 1: reload']);
    world.pool.ended(1);
    expect(world.take()).toEqual(['start 4']);
    world.pool.saidReady(4);
    world.pool.ended(2);
    expect(world.take()).toEqual(['stop 2: reload']);
    expect(world.pool.count('idle')).toBe(2);
  });

  test('comes to its end when there is another before it is over', () => {
    const world = new PoolWorld({ minWorkers: 2, maxWorkers: 2 }).open();
    world.pool.reload();
    world.pool.saidReady(3);
    world.pool.ended(1);
    world.pool.reload();
    world.take();
    for (let worker = 4; worker <= 6; worker += 1) {
      world.pool.saidReady(worker);
      for (const text of world.take()) {
        const [verb, id] = text.split(/[ :]/);
        if (verb === 'stop') world.pool.ended(Number(id));
      }
    }
    world.pool.saidReady(7);
    expect(world.pool.count('idle')).toBe(2);
    world.pool.arrived(1);
    expect(world.take().at(-1)).toMatch(/^hand 1 to [567]$/);
  });

  test('lets a busy worker finish', () => {
    const world = new PoolWorld({ maxWorkers: 1 }).open();
    world.pool.arrived(1);
    world.pool.saidTook(1, 1);
    world.pool.reload();
    world.readyAll();
    expect(world.take().filter((text) => text.startsWith('stop'))).toEqual([]);
    world.pool.saidReady(1);
    expect(world.take()).toEqual(['stop 1: reload']);
  });

  test('goes on with the former workers where the new ones fail', () => {
    const world = new PoolWorld().open();
    world.pool.reload();
    for (let failure = 0; failure < 5; failure += 1) {
      for (const worker of world.started.splice(0)) world.pool.ended(worker);
      world.clock.advance(5000);
    }
    world.take();
    world.pool.arrived(1);
    expect(world.take()).toContain('hand 1 to 1');
  });
});

describe('a drain', () => {
  test('serves who waits, then stops the workers', () => {
    const world = new PoolWorld({ maxWorkers: 1 }).open();
    world.pool.arrived(1);
    world.pool.arrived(2);
    world.pool.saidTook(1, 1);
    world.pool.drain(5000);
    world.take();
    world.pool.saidReady(1);
    expect(world.take()).toEqual(['hand 2 to 1']);
    world.pool.saidTook(1, 2);
    world.pool.saidReady(1);
    expect(world.take()).toEqual(['took 2 after 0', 'stop 1: stop']);
    world.pool.ended(1);
    expect(world.take()).toEqual(['drained']);
  });

  test('waits for a connection that may come back from a worker', () => {
    const world = new PoolWorld({ minWorkers: 2 }).open();
    world.pool.arrived(1);
    world.pool.drain(5000);
    world.clock.advance(100);
    world.take();
    world.pool.ended(2);
    expect(world.take()).toEqual(['hand 1 to 1']);
  });

  test('ends at its time limit whatever happens', () => {
    const world = new PoolWorld({ maxWorkers: 1, queueTimeoutMs: 60_000 }).open();
    world.pool.arrived(1);
    world.pool.saidTook(1, 1);
    world.pool.arrived(2);
    world.pool.drain(5000);
    world.take();
    world.clock.advance(5000);
    expect(world.take()).toEqual(['shed 2: stopping', 'kill 1: stop-timeout']);
    world.pool.ended(1);
    expect(world.take()).toEqual(['drained']);
  });
});

/** Anything that workers, visitors and operators may do, in any order. */
const step = fc.record({
  kind: fc.constantFrom(
    'arrive',
    'arrive',
    'ready',
    'ready',
    'took',
    'took',
    'end',
    'wait',
    'retire',
    'reload',
    'breach',
  ),
  pick: fc.nat({ max: 50 }),
});

test('whatever happens, each connection has one fate, and never two workers at once', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), fc.boolean(), (steps, drains) => {
      const world = new PoolWorld({
        maxRequests: 5,
        workerIdleTimeoutMs: 700,
        requestTimeoutMs: 400,
        minIdle: 1,
      });
      const alive = new Set<number>();
      const told = new Set<number>();
      const fates = new Map<number, string>();
      const holders = new Map<number, number>();
      const former = new Set<number>();
      let arrived = 0;
      const look = (): void => {
        for (const text of world.take()) {
          const [verb, subject] = text.split(/[ :]+/);
          const id = Number(subject);
          if (verb === 'start') alive.add(id);
          if (verb === 'stop' || verb === 'kill') told.add(id);
          if (verb === 'hand') {
            const holder = holders.get(id);
            expect(holder === undefined || !alive.has(holder)).toBe(true);
            expect(fates.has(id)).toBe(false);
            holders.set(id, Number(text.split(' ').at(-1)));
          }
          if (verb === 'took' || verb === 'shed') {
            expect(fates.has(id)).toBe(false);
            fates.set(id, text);
          }
        }
        expect(alive.size).toBeLessThanOrEqual(3 + 1 + world.pool.count('dying'));
      };
      const end = (worker: number): void => {
        alive.delete(worker);
        world.pool.ended(worker);
        look();
      };
      world.pool.open();
      look();
      for (const { kind, pick } of steps) {
        const worker = [...alive][pick % Math.max(1, alive.size)] ?? 0;
        if (kind === 'arrive') world.pool.arrived(++arrived);
        else if (kind === 'ready') world.pool.saidReady(worker);
        else if (kind === 'took') {
          const [connection] = [...holders].find(([id, by]) => by === worker && !fates.has(id)) ?? [];
          if (connection !== undefined) world.pool.saidTook(worker, connection);
        } else if (kind === 'end') end(worker);
        else if (kind === 'wait') world.clock.advance(pick * 10);
        else if (kind === 'retire') world.pool.retire(worker, 'memory');
        else if (kind === 'breach') world.pool.breached(worker);
        else {
          for (const each of alive) former.add(each);
          world.pool.reload();
        }
        look();
      }
      if (drains) world.pool.drain(10_000);
      look();
      // From now on all do as they are told.
      for (let turn = 0; turn < 100; turn += 1) {
        for (const worker of [...alive]) {
          if (told.has(worker)) end(worker);
          else {
            const [connection] = [...holders].find(([id, by]) => by === worker && !fates.has(id)) ?? [];
            if (connection !== undefined) world.pool.saidTook(worker, connection);
            world.pool.saidReady(worker);
            look();
          }
        }
        world.clock.advance(200);
        look();
      }
      for (let id = 1; id <= arrived; id += 1) expect(fates.has(id)).toBe(true);
      expect(alive.size).toBeLessThanOrEqual(drains ? 0 : 3);
      expect([...former].filter((worker) => alive.has(worker))).toEqual([]);
    }),
  );
});
