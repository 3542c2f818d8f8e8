import { describe, expect, test } from 'vitest';
import { AcceptingPool } from '../../src/prefork/accepting-pool.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { POOL_OPTIONS } from './pool-world.ts';

class World {
  readonly clock = new VirtualClock();
  readonly done: string[] = [];
  waits = false;
  readonly pool: AcceptingPool;

  constructor(minWorkers = 2, maxWorkers = 3) {
    const say = (text: string): void => void this.done.push(text);
    this.pool = new AcceptingPool(
      { ...POOL_OPTIONS, minWorkers, maxWorkers },
      {
        start: (worker) => {
          say(`start ${worker}`);
          return true;
        },
        stop: (worker, cause) => say(`stop ${worker}: ${cause}`),
        kill: (worker, cause) => say(`kill ${worker}: ${cause}`),
        hasQueue: () => this.waits,
        ready: () => say('ready'),
        failing: (failures) => say(`failing ${failures}`),
        drained: () => say('drained'),
      },
      this.clock,
      () => 0,
    );
    this.pool.open();
  }

  take(): string[] {
    return this.done.splice(0);
  }
}

describe('a pool of workers that accept on their own', () => {
  test('is ready when a worker has lived for a moment', () => {
    const world = new World();
    expect(world.take()).toEqual(['start 1', 'start 2']);
    world.clock.advance(200);
    expect([world.take(), world.pool.isReady, world.pool.count('accepting')]).toEqual([['ready'], true, 2]);
  });

  test('replaces the dead', () => {
    const world = new World();
    world.clock.advance(200);
    world.take();
    world.pool.ended(1, false);
    expect(world.take()).toEqual(['start 3']);
  });

  test('starts one more while somebody waits in the queue, up to the maximum', () => {
    const world = new World();
    world.clock.advance(200);
    world.take();
    world.waits = true;
    world.clock.advance(5000);
    expect(world.take()).toEqual(['start 3']);
  });

  test('lets one go that ends by itself, down to the minimum', () => {
    const world = new World(1, 3);
    world.waits = true;
    world.clock.advance(3000);
    world.waits = false;
    world.take();
    world.pool.ended(3, true);
    expect(world.take()).toEqual([]);
    world.pool.ended(2, true);
    world.pool.ended(1, true);
    expect(world.take()).toEqual(['start 4']);
  });

  test('does not start again and again what dies at once', () => {
    const world = new World(1, 1);
    for (let worker = 1; worker <= 4; worker += 1) {
      world.pool.ended(worker, false);
      world.clock.advance(10);
    }
    expect(world.take().filter((text) => text.startsWith('start'))).toEqual(['start 1', 'start 2']);
  });

  test('at a reload stops each when its successor has lived for a moment', () => {
    const world = new World();
    world.clock.advance(200);
    world.take();
    world.pool.reload();
    expect(world.take()).toEqual(['start 3', 'start 4']);
    world.clock.advance(200);
    expect(world.take()).toEqual(['stop 1: reload', 'stop 2: reload']);
  });

  test('at a drain waits until the queue is empty, and kills who does not end', () => {
    const world = new World();
    world.clock.advance(200);
    world.take();
    world.waits = true;
    world.pool.drain(5000);
    world.clock.advance(1000);
    expect(world.take()).toEqual([]);
    world.waits = false;
    world.clock.advance(100);
    expect(world.take()).toEqual(['stop 1: stop', 'stop 2: stop']);
    world.pool.ended(1, true);
    world.clock.advance(2000);
    expect(world.take()).toEqual(['kill 2: stop-timeout']);
    world.pool.ended(2, false);
    expect(world.take()).toEqual(['drained']);
  });
});
