/**
 * Additive increase, multiplicative decrease: one more at once while that goes well, a tenth less as soon as it does not.
 *
 * Choose it when you know how long an answer may take, and anything within that is good enough: it finds how many requests
 * at once a lane can take within this bound, and makes full use of it. Nothing else is assumed of the program, so it is hard to
 * fool: it has no idea of how long a request takes by itself that could be wrong.
 *
 *     limit   /|  /|  /|       after `window` requests of a full lane:
 *            / | / | / |         none late and the limit used up ---> limit + 1
 *           /  |/  |/  |         one was late                    ---> limit * `decrease`
 *          /                   a failure ---> limit * `decrease`, at most once in the time that a request takes
 *
 * Of `latency` half is for the work, the other half is the longest wait in the queue: "late" is a request that took more than
 * half of it. When the first in the queue has waited a quarter of it, the newest is served first until the queue is
 * empty again, so that those who are served have hardly waited.
 *
 * Alone for its latency the exec lane is never taken below the number of processors.
 *
 * What it cannot do: keep answers fast that could be fast. The limit swings up to where answers are just within the
 * bound, also where a tenth of that many would bring as many answers in a tenth of the time: `gradient` finds that. With a bound
 * below what the slowest page in thirty takes by itself it stays at its floor, and then
 * refuses some percent of the visitors whenever slow pages come in a bunch.
 */
import type { Ground } from '../src/core/ground.ts';
import type { RunLane } from '../src/core/lane.ts';
import type { Load } from '../src/core/load.ts';
import type { Parameters } from '../src/core/parameter.ts';
import type { PolicyDefinition, Snapshot } from '../src/core/policy.ts';

const parameters = {
  latency: {
    kind: 'duration',
    default: 1000,
    minimum: 10,
    maximum: 600_000,
    meaning: 'How long an answer may take, half of it for the wait in the queue.',
  },
  minimum: {
    kind: 'integer',
    default: 1,
    minimum: 1,
    maximum: 1000,
    unit: 'requests',
    meaning: 'The limit never goes below this.',
  },
  maximum: {
    kind: 'integer',
    default: 200,
    minimum: 1,
    maximum: 10_000,
    unit: 'requests',
    meaning: 'The limit never goes above this: a bound for programs that sleep, chiefly on memory.',
  },
  initial: {
    kind: 'number',
    default: 2,
    minimum: 0.1,
    maximum: 1000,
    unit: 'requests per processor',
    meaning: 'The limit before anything is known.',
  },
  decrease: {
    kind: 'number',
    default: 0.9,
    minimum: 0.1,
    maximum: 0.99,
    unit: 'times the limit',
    meaning: 'What remains of the limit when requests fail or are late.',
  },
  window: {
    kind: 'integer',
    default: 32,
    minimum: 4,
    maximum: 1000,
    unit: 'requests',
    meaning: 'How many requests are looked at before the limit moves; and at least 100 ms.',
  },
} as const satisfies Parameters;

/** No limit moves more often than this, however short the requests. */
const SHORTEST_WINDOW_MS = 100;
const LONGEST_TIME_MS = 86_400_000;
/** A count above this is a measurement gone wrong. */
const MOST_TOLD = 1e6;

export default {
  name: 'aimd',
  when: 'You know how long an answer may take and want as many at once as that allows: robust, but no faster than it must be.',
  source:
    'Chiu and Jain, "Analysis of the Increase and Decrease Algorithms for Congestion Avoidance" (1989); Netflix concurrency-limits, AIMDLimit.',
  parameters,
  signals: ['processors', 'queued', 'oldestWaitMs'],
  reasons: [],

  create({ parameters: set, clock, helpers, saved }) {
    const most = Math.max(set.minimum, set.maximum);
    const lateMs = set.latency / 2;
    let processors = 1;
    let standing = false;
    const lanes: Record<RunLane, Lane> = {
      exec: newLane(savedLimit(saved, 'exec', most)),
      forward: newLane(savedLimit(saved, 'forward', most)),
    };

    /** The lane that answered last: its times scale the queue. */
    let current = lanes.exec;

    function newLane(limit: number | undefined): Lane {
      return {
        limit,
        busyMs: 0,
        count: 0,
        slowestMs: 0,
        fullest: 0,
        judged: undefined,
        failures: 0,
        windowMs: clock.now(),
        shrunkMs: clock.now(),
      };
    }

    const limitOf = (lane: Lane) =>
      helpers.clamp(lane.limit ?? Math.max(1, processors * set.initial), set.minimum, most);

    function look(load: Load): void {
      if (Number.isFinite(load.processors) && load.processors > 0) processors = load.processors;
      if (!(load.queued > 0)) standing = false;
      else if (load.oldestWaitMs >= set.latency / 4) standing = true;
      // A queue that takes longer than they may wait: the last of them would wait in vain.
      else if (load.queued * current.busyMs > lateMs * limitOf(current)) standing = true;
    }

    function beginWindow(lane: Lane): void {
      lane.count = 0;
      lane.slowestMs = 0;
      lane.fullest = 0;
      lane.windowMs = clock.now();
    }

    function served(lane: Lane, busyMs: number, inflight: number): void {
      lane.busyMs += (busyMs - lane.busyMs) / (lane.busyMs === 0 ? 1 : 32);
      const limit = limitOf(lane);
      // A lane that is half empty proves nothing of a full one.
      if (inflight <= limit / 2 && inflight > 1) return;
      lane.count += 1;
      lane.slowestMs = Math.max(lane.slowestMs, busyMs);
      lane.fullest = Math.max(lane.fullest, inflight);
      if (lane.count < set.window || clock.now() - lane.windowMs < SHORTEST_WINDOW_MS) return;
      const { slowestMs, fullest } = lane;
      lane.judged = { slowestMs, fullest, limit: Math.floor(limit) };
      lane.failures = 0;
      if (slowestMs > lateMs) {
        // Fewer programs at once than processors cannot be what makes them fast. Of a daemon nobody knows the workers.
        const enough = lane === lanes.exec ? Math.min(limit, Math.ceil(processors)) : 1;
        lane.limit = Math.max(set.minimum, enough, limit * set.decrease);
      } else if (fullest >= Math.floor(limit)) {
        lane.limit = Math.min(most, limit + 1);
      }
      beginWindow(lane);
    }

    function failed(lane: Lane, busyMs: number): void {
      const nowMs = clock.now();
      // Those that were under way together fail together: that is one sign and not many.
      if (nowMs - lane.shrunkMs < helpers.clamp(busyMs, SHORTEST_WINDOW_MS, set.latency)) return;
      lane.shrunkMs = nowMs;
      lane.limit = Math.max(set.minimum, limitOf(lane) * set.decrease);
      lane.failures += 1;
      beginWindow(lane);
    }

    function limitGround(name: RunLane, load: Load): Ground {
      const lane = lanes[name];
      const limit = limitOf(lane);
      const asSet = lane.limit === undefined ? 'initial' : undefined;
      const parameter = limit >= most ? 'maximum' : limit <= set.minimum ? 'minimum' : asSet;
      return {
        signal: `inflight.${name}`,
        value: helpers.clamp(load.inflight[name], 0, MOST_TOLD),
        comparison: '>=',
        threshold: Math.floor(limit),
        ...(parameter !== undefined && { parameter }),
        means: `the lane ${name} has as many at once as it could answer in time, and whoever comes waits`,
      };
    }

    /** Why the limit of a lane is what it is: what was compared when it moved last. */
    function judgedGrounds(name: RunLane): Ground[] {
      const { judged, failures } = lanes[name];
      const grounds: Ground[] = [];
      if (judged !== undefined)
        grounds.push({
          signal: `slowest of the last requests in the full lane ${name} (ms)`,
          value: judged.slowestMs,
          comparison: '>',
          threshold: lateMs,
          parameter: 'latency',
          means: 'one was late, which takes the limit down',
        });
      if (judged !== undefined && judged.slowestMs <= lateMs)
        grounds.push({
          signal: `most requests at once in the lane ${name} meanwhile`,
          value: Math.min(judged.fullest, MOST_TOLD),
          comparison: '>=',
          threshold: judged.limit,
          means: 'the limit was used up and nobody was late, which takes it up by one',
        });
      if (failures > 0)
        grounds.push({
          signal: `times that requests in the lane ${name} have failed since`,
          value: failures,
          comparison: '>',
          threshold: 0,
          means: 'failures took the limit down',
        });
      return grounds;
    }

    function queueGrounds(load: Load): Ground[] {
      const queued = helpers.clamp(load.queued, 0, MOST_TOLD);
      const waits = {
        signal: 'longest wait in the queue (ms)',
        value: helpers.clamp(load.oldestWaitMs, 0, LONGEST_TIME_MS),
        comparison: '>=',
        parameter: 'latency',
      } as const;
      const isTooLong = { ...waits, threshold: lateMs, means: 'who has waited so long is shed' };
      if (standing)
        return [
          {
            signal: 'queued',
            value: queued,
            comparison: '>',
            threshold: 0,
            means: 'the queue stood and is not empty yet: the newest is served first',
          },
          isTooLong,
        ];
      const stands = 'the queue stands: the newest is served first';
      return [
        { ...waits, threshold: set.latency / 4, means: stands },
        {
          ...waits,
          signal: 'time to work the queue off (ms)',
          value: (queued * current.busyMs) / limitOf(current),
          comparison: '>',
          threshold: lateMs,
          means: stands,
        },
        isTooLong,
      ];
    }

    return {
      arrive(_view, load) {
        look(load);
        return undefined;
      },

      dispatch(_view, load) {
        look(load);
        return undefined;
      },

      limit: (name) => Math.floor(limitOf(lanes[name])),

      queue: () => ({ order: standing ? 'newest-first' : 'oldest-first', maxWaitMs: lateMs }),

      outcome({ lane: name, result, busyMs, inflight }) {
        if (name === 'shed' || result === 'ignored') return;
        current = lanes[name];
        if (result === 'failed') failed(current, busyMs);
        else if (busyMs >= 0 && busyMs <= LONGEST_TIME_MS && inflight >= 1) served(current, busyMs, inflight);
      },

      explain: (_view, load) => [
        ...load.lanes.flatMap((name) => [limitGround(name, load), ...judgedGrounds(name)]),
        ...queueGrounds(load),
      ],

      snapshot: () => ({ exec: lanes.exec.limit ?? null, forward: lanes.forward.limit ?? null }),
    };
  },
} satisfies PolicyDefinition<typeof parameters>;

interface Lane {
  /** Not whole, so that small steps add up. */
  limit: number | undefined;
  /** What requests take at present. */
  busyMs: number;
  /** The window under way: its requests, what the slowest took, the most at once. */
  count: number;
  slowestMs: number;
  fullest: number;
  /** The last whole window, and the limit in it. */
  judged: { readonly slowestMs: number; readonly fullest: number; readonly limit: number } | undefined;
  /** How often failures have taken the limit down since that window. */
  failures: number;
  windowMs: number;
  shrunkMs: number;
}

function savedLimit(saved: Snapshot | undefined, lane: RunLane, most: number): number | undefined {
  if (saved === null || typeof saved !== 'object' || Array.isArray(saved)) return undefined;
  const limit = (saved as { readonly [key: string]: Snapshot })[lane];
  return typeof limit === 'number' && limit >= 1 ? Math.min(limit, most) : undefined;
}
