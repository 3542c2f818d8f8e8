import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { Shadow, type ShadowRequest } from '../../src/admission/shadow.ts';
import type { Decision } from '../../src/core/decision.ts';
import type { Load } from '../../src/core/load.ts';
import type { Outcome } from '../../src/core/outcome.ts';
import type { Policy } from '../../src/core/policy.ts';
import { emptyLoad } from '../../src/load/empty-load.ts';
import { PolicyChain } from '../../src/policy/policy-chain.ts';
import { viewOf } from '../support/view-of.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const view = viewOf();
const ran: Decision = { lane: 'exec', policy: 'live', reason: 'because' };
const shed: Decision = { lane: 'shed', policy: 'live', reason: 'because' };

let clock: VirtualClock;
let decided: string[];
let heard: Outcome[];
let faults: unknown[];
beforeEach(() => {
  clock = new VirtualClock();
  decided = [];
  heard = [];
  faults = [];
});

function shadowOf(policy: Policy, queue = { max: 2, timeoutMs: 1000 }): Shadow {
  const chain = new PolicyChain(
    [
      {
        name: 'own',
        reasons: ['full'],
        policy: { ...policy, outcome: (outcome) => void heard.push(outcome) },
      },
    ],
    (_policy, _question, error) => faults.push(error),
  );
  return new Shadow({
    chain,
    queue,
    lanes: ['exec', 'forward'],
    machine: emptyLoad(),
    daemon: () => 'down',
    clock,
    onDecision: (policy, live, own) => decided.push(`${policy}: ${live} ${own}`),
    onFault: (fault) => faults.push(fault),
  });
}

function come(shadow: Shadow): ShadowRequest {
  const request = shadow.arrive(view);
  if (request === undefined) throw new Error('the shadow did not follow');
  shadow.enqueue(request, view);
  return request;
}

function end(shadow: Shadow, request: ShadowRequest, live: Decision | undefined): void {
  const outcome: Outcome = {
    lane: live?.lane ?? 'shed',
    result: live?.lane === 'exec' ? 'served' : 'ignored',
    waitMs: 3,
    firstByteMs: 5,
    busyMs: 10,
    totalMs: 13,
    inflight: 1,
  };
  shadow.end(request, live, outcome, view);
}

describe('a shadow', () => {
  test('says when the live request is over what it would have done with it', () => {
    const shadow = shadowOf({ dispatch: () => ({ lane: 'forward', reason: 'full' }) });
    const request = come(shadow);
    expect(decided).toEqual([]);
    end(shadow, request, ran);
    expect(decided).toEqual(['own: exec forward']);
  });

  test('hears the live outcome as it was, in the live lane; a request that it would have shed tells it nothing', () => {
    let sheds = false;
    const shadow = shadowOf({
      dispatch: () => (sheds ? { lane: 'shed', reason: 'full' } : { lane: 'forward', reason: 'full' }),
    });
    end(shadow, come(shadow), ran);
    sheds = true;
    end(shadow, come(shadow), ran);
    expect(heard).toMatchObject([
      { lane: 'exec', result: 'served', busyMs: 10, inflight: 1 },
      { lane: 'shed', result: 'ignored', busyMs: 0, inflight: 0 },
    ]);
    expect(decided).toEqual(['own: exec forward', 'own: exec shed']);
  });

  test('has slots of its own: over its limit requests wait there, and beyond its queue they are shed', () => {
    const loads: { inflight: number; queued: number }[] = [];
    const shadow = shadowOf({
      limit: () => 1,
      arrive: (_view, load: Load) => {
        loads.push({ inflight: load.inflight.exec, queued: load.queued });
        return undefined;
      },
    });
    const requests = [1, 2, 3, 4].map(() => come(shadow));
    expect(loads).toEqual([
      { inflight: 0, queued: 0 },
      { inflight: 1, queued: 0 },
      { inflight: 1, queued: 1 },
      { inflight: 1, queued: 2 },
    ]);
    for (const request of requests) end(shadow, request, ran);
    expect(decided).toEqual([
      'default: exec exec',
      'default: exec exec',
      'default: exec exec',
      'admission: exec shed',
    ]);
  });

  test('sheds who has waited there as long as the queue allows', () => {
    const shadow = shadowOf({ limit: () => 1 });
    const first = come(shadow);
    const second = come(shadow);
    clock.advance(1000);
    end(shadow, first, ran);
    end(shadow, second, ran);
    expect(decided).toEqual(['default: exec exec', 'admission: exec shed']);
  });

  test('with newest first, the one that comes takes the place of the oldest', () => {
    const shadow = shadowOf(
      { limit: () => 1, queue: () => ({ order: 'newest-first' }) },
      { max: 1, timeoutMs: 1000 },
    );
    const requests = [1, 2, 3].map(() => come(shadow));
    for (const request of requests.toReversed()) end(shadow, request, ran);
    expect(decided).toEqual(['default: exec exec', 'admission: exec shed', 'default: exec exec']);
  });

  test('says of a request that the live policies shed at once what it would have done', () => {
    const shadow = shadowOf({ dispatch: () => ({ lane: 'forward', reason: 'full' }) });
    const request = shadow.arrive(view);
    if (request !== undefined) end(shadow, request, shed);
    expect(decided).toEqual(['own: shed forward']);
  });

  test('counts no request that was refused for what it is, or whose visitor left', () => {
    const shadow = shadowOf({ limit: () => 1 });
    const requests = [come(shadow), come(shadow)];
    for (const request of requests) end(shadow, request, undefined);
    expect(decided).toEqual([]);
    expect(heard).toHaveLength(2);
  });

  test('keeps its fault for itself', () => {
    const broken = (): never => {
      throw new Error('broken');
    };
    const shadow = shadowOf({ arrive: broken, dispatch: broken, limit: broken, queue: broken });
    expect(() => end(shadow, come(shadow), ran)).not.toThrow();
    expect(faults.length).toBeGreaterThan(0);
    expect(decided).toEqual(['failsafe: exec exec']);
  });

  test('whatever comes and goes, gives every place back', () => {
    const step = fc.record({
      come: fc.boolean(),
      which: fc.nat(20),
      waitMs: fc.nat(400),
      left: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 3 }), (steps, limit) => {
        let last: Load | undefined;
        const shadow = shadowOf({
          limit: () => limit,
          arrive: (_view, load) => {
            last = load;
            return undefined;
          },
        });
        const underway: ShadowRequest[] = [];
        for (const { come: comes, which, waitMs, left } of steps) {
          clock.advance(waitMs);
          if (comes) underway.push(come(shadow));
          const [over] = comes ? [] : underway.splice(which % Math.max(1, underway.length), 1);
          if (over !== undefined) end(shadow, over, left ? undefined : ran);
          if (last !== undefined) {
            expect(last.inflight.exec).toBeLessThanOrEqual(limit);
            expect(last.queued).toBeLessThanOrEqual(2);
          }
        }
        for (const request of underway) end(shadow, request, ran);
        expect(last?.inflight.exec ?? 0).toBe(0);
        expect(last?.queued ?? 0).toBe(0);
        expect(faults).toEqual([]);
      }),
    );
  });
});
