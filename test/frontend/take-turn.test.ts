import { describe, expect, test } from 'vitest';
import type { Decision } from '../../src/core/decision.ts';
import { takeTurn } from '../../src/frontend/take-turn.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const run = (lane: 'exec' | 'forward'): Decision => ({ lane, policy: 'p', reason: 'r' });

/** A turn among `others` in the lane and `ahead` that wait; both may change meanwhile. */
function begin(options: {
  limit?: number;
  max?: number;
  maxWaitMs?: number;
  maxLength?: number;
  dispatch?: () => Decision;
}) {
  const clock = new VirtualClock();
  const world = { others: 0, ahead: 0, looks: 0, state: 'waiting' };
  const count = () => ({
    inflight: { exec: world.others, forward: world.others },
    queued: world.ahead,
    ahead: world.ahead,
    oldestWaitMs: 0,
  });
  const result: { decision?: Decision } = {};
  const start = (): void => {
    void takeTurn({
      queue: { max: options.max ?? 10, timeoutMs: 1000 },
      dispatch: () => {
        world.looks += 1;
        return options.dispatch?.() ?? run('exec');
      },
      limit: () => options.limit ?? Number.POSITIVE_INFINITY,
      discipline: () => ({
        ...(options.maxWaitMs !== undefined && { maxWaitMs: options.maxWaitMs }),
        ...(options.maxLength !== undefined && { maxLength: options.maxLength }),
      }),
      slots: {
        count,
        move: (state) => {
          world.state = state;
        },
        tryLane: (lane, limit) => {
          if (world.others >= limit) return false;
          world.state = lane;
          return true;
        },
      },
      clock,
      random: () => 0,
    }).then((decision) => {
      result.decision = decision;
    });
  };
  async function pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 5) {
      await settle();
      clock.advance(5);
    }
    await settle();
  }
  return { world, result, start, pass };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
}

describe('the turn of a request without anybody who hands out turns', () => {
  test('comes at once where there is no limit', async () => {
    const { world, result, start } = begin({});
    start();
    await settle();
    expect(result.decision).toEqual(run('exec'));
    expect(world.state).toBe('exec');
  });

  test('comes when a place is free, with the decision of that moment', async () => {
    let lane: 'exec' | 'forward' = 'exec';
    const { world, result, start, pass } = begin({ limit: 2, dispatch: () => run(lane) });
    world.others = 2;
    start();
    await pass(300);
    expect(result.decision).toBeUndefined();
    lane = 'forward';
    world.others = 1;
    await pass(100);
    expect(result.decision).toEqual(run('forward'));
    expect(world.state).toBe('forward');
  });

  test.each([
    ['the queue allows', {}, 1000],
    ['a policy allows', { maxWaitMs: 200 }, 200],
  ])('does not come after the time that %s: the request is shed', async (_, options, ms) => {
    const { world, result, start, pass } = begin({ limit: 1, ...options });
    world.others = 1;
    start();
    await pass(ms - 50);
    expect(result.decision).toBeUndefined();
    await pass(100);
    expect(result.decision).toEqual({ lane: 'shed', policy: 'admission', reason: 'queue_timeout' });
  });

  test('never comes where as many wait already as may', async () => {
    const { world, result, start } = begin({ limit: 1, max: 3 });
    world.others = 1;
    world.ahead = 3;
    start();
    await settle();
    expect(result.decision).toEqual({ lane: 'shed', policy: 'admission', reason: 'queue_full' });
  });

  test('nor where as many wait as a policy lets wait for now', async () => {
    const { world, result, start } = begin({ limit: 1, max: 300, maxLength: 3 });
    world.others = 1;
    world.ahead = 3;
    start();
    await settle();
    expect(result.decision).toEqual({ lane: 'shed', policy: 'admission', reason: 'queue_congested' });
  });

  test('ends at once where the policies shed', async () => {
    const shed: Decision = { lane: 'shed', policy: 'p', reason: 'r', retryAfterMs: 7 };
    const { world, result, start } = begin({ dispatch: () => shed });
    start();
    await settle();
    expect(result.decision).toBe(shed);
    expect(world.state).toBe('waiting');
  });

  test('is looked for less and less often, but at least every 100 ms', async () => {
    const { world, start, pass } = begin({ limit: 1 });
    world.others = 1;
    start();
    await pass(900);
    expect(world.looks).toBeGreaterThanOrEqual(9);
    expect(world.looks).toBeLessThan(40);
  });
});
