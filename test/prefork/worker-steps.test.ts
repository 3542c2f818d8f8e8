import { describe, expect, test } from 'vitest';
import type { PoolWorker } from '../../src/prefork/pool-worker.ts';
import { WorkerRoster } from '../../src/prefork/worker-roster.ts';
import { WorkerSteps } from '../../src/prefork/worker-steps.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { POOL_OPTIONS } from './pool-world.ts';

function stepsWorld(options: { maxRequests?: number; requestTimeoutMs?: number } = {}, chance = 0) {
  const clock = new VirtualClock();
  const roster = new WorkerRoster();
  const done: string[] = [];
  const say = (text: string) => void done.push(text);
  const world = { clock, roster, reachable: true, take: () => done.splice(0) };
  const steps = new WorkerSteps(
    roster,
    { ...POOL_OPTIONS, ...options },
    {
      handOver: (worker, connection) => {
        say(`hand ${connection} to ${worker}`);
        return world.reachable;
      },
      took: (connection, waitedMs) => say(`took ${connection} after ${waitedMs}`),
      stop: (worker, cause) => say(`stop ${worker}: ${cause}`),
      kill: (worker, cause) => say(`kill ${worker}: ${cause}`),
    },
    clock,
    () => chance,
    () => say('overdue'),
  );
  steps.started(1);
  return Object.assign(world, { steps, worker: roster.get(1) as PoolWorker });
}

const connection = (arrivedMs = 0) => ({ id: 7, arrivedMs, attempts: 0 });

describe('a worker', () => {
  test('goes from its start to its end', () => {
    const { clock, roster, steps, worker, take } = stepsWorld();
    const states = [worker.state];
    const offered = connection();
    steps.rest(worker);
    states.push(worker.state);
    clock.advance(30);
    steps.offer(worker, offered, clock.now());
    states.push(worker.state);
    steps.took(worker, offered);
    states.push(worker.state);
    steps.rest(worker);
    steps.stop(worker, 'memory');
    states.push(worker.state);
    steps.gone(worker);
    clock.advance(60_000);
    expect(states).toEqual(['starting', 'idle', 'offered', 'busy', 'stopping']);
    expect(take()).toEqual(['hand 7 to 1', 'took 7 after 30', 'stop 1: memory']);
    expect([roster.size, worker.served, offered.attempts]).toEqual([0, 1, 1]);
  });

  test.each([
    ['does not become ready', 500, 'start-timeout', () => {}],
    [
      'does not acknowledge its connection',
      100,
      'hand-over-timeout',
      ({ steps, worker }: ReturnType<typeof stepsWorld>) => {
        steps.rest(worker);
        steps.offer(worker, connection(), 0);
      },
    ],
    [
      'takes too long for a request',
      300,
      'request-timeout',
      ({ steps, worker }: ReturnType<typeof stepsWorld>) => {
        const offered = connection();
        steps.rest(worker);
        steps.offer(worker, offered, 0);
        steps.took(worker, offered);
      },
    ],
    [
      'does not stop',
      2000,
      'stop-timeout',
      ({ steps, worker }: ReturnType<typeof stepsWorld>) => steps.stop(worker, 'reload'),
    ],
  ] as const)('that %s is killed, and that is told', (_, afterMs, cause, prepare) => {
    const world = stepsWorld({ requestTimeoutMs: 300 });
    prepare(world);
    world.take();
    world.clock.advance(afterMs - 1);
    expect(world.take()).toEqual([]);
    world.clock.advance(1);
    expect([world.take(), world.worker.state]).toEqual([[`kill 1: ${cause}`, 'overdue'], 'dying']);
  });

  test('that is idle may stay so for ever', () => {
    const { clock, steps, worker, take } = stepsWorld();
    steps.rest(worker);
    clock.advance(1e9);
    expect(take()).toEqual([]);
  });

  test('that cannot be reached is killed; the connection does not count that', () => {
    const world = stepsWorld();
    world.reachable = false;
    world.steps.rest(world.worker);
    const offered = connection();
    world.steps.offer(world.worker, offered, 0);
    expect([world.take(), offered.attempts]).toEqual([['hand 7 to 1', 'kill 1: killed'], 0]);
    expect(world.worker.offered).toBe(offered);
  });

  test('that is dying may still say what it has taken, and stays dying', () => {
    const { steps, worker, take } = stepsWorld();
    const offered = connection();
    steps.rest(worker);
    steps.offer(worker, offered, 0);
    steps.kill(worker, 'protocol');
    steps.took(worker, offered);
    expect(take().at(-1)).toBe('took 7 after 0');
    expect([worker.state, worker.offered]).toEqual(['dying', undefined]);
  });

  test.each([
    [undefined, 0.5, Number.POSITIVE_INFINITY],
    [1000, 0, 1000],
    [1000, 1, 900],
    [1, 1, 1],
  ])('of at most %s requests, by chance %s, ends after %s', (maxRequests, chance, expected) => {
    const options = maxRequests === undefined ? {} : { maxRequests };
    expect(stepsWorld(options, chance).worker.maxRequests).toBe(expected);
  });
});
