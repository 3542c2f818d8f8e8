/**
 * A limit by the length of a queue that nobody sees: TCP Vegas for requests.
 *
 * Choose it when requests take about the same time each, and the program answers from many workers or waits for something:
 * it settles by itself where a few requests queue inside the program, and goes up fast where there is room.
 *
 *     baseline                what a request takes by itself
 *     time                    what it takes in the full lane
 *     queue = limit * (1 - baseline / time)       requests that wait inside the program, by Little's law
 *
 *     queue   0 ---- log10 ------ alpha ------------- beta ------------>
 *     limit     fast up      up by 1       as it is          down by 1          (log10: of the limit; a failure: * 0.9)
 *
 * It mends what is known to go wrong with the least time as a baseline. One lucky request makes a limit that follows
 * it collapse; so times are means of windows, and one that is less takes the baseline a quarter of the way. A baseline that is never
 * raised stays wrong when the program gets slower, one that is raised under load creeps up with it; so every
 * `probe_every`, give or take a half so that no rhythm of the visitors is met, the limit is halved for a moment and what the
 * requests take then is the baseline from now on. A limit that is not used up does not grow.
 *
 * Alone for its latency the exec lane is never taken below the number of processors.
 *
 * The queue: when the first has waited ten times the baseline (at least 250 ms), or the last would, the newest is served first and
 * nobody waits longer than twice what a request takes, until the queue is empty again.
 *
 * What it cannot do: times that vary a hundredfold. Its queue is then the noise of the mean, and a bunch of slow pages
 * has it refuse some percent although there is room on the average: prefer `gradient`. And it
 * allows more at once than a small machine needs: about twice its processors and more.
 */
import type { Ground } from '../src/core/ground.ts';
import type { RunLane } from '../src/core/lane.ts';
import type { Load } from '../src/core/load.ts';
import type { Parameters } from '../src/core/parameter.ts';
import type { PolicyDefinition, Snapshot } from '../src/core/policy.ts';

const parameters = {
  alpha: {
    kind: 'number',
    default: 3,
    minimum: 0.5,
    maximum: 100,
    unit: 'times log10 of the limit',
    meaning: 'While fewer requests than this queue inside the program, the limit grows.',
  },
  beta: {
    kind: 'number',
    default: 6,
    minimum: 1,
    maximum: 200,
    unit: 'times log10 of the limit',
    meaning: 'When more requests than this queue inside the program, the limit shrinks.',
  },
  minimum: {
    kind: 'integer',
    default: 1,
    minimum: 1,
    maximum: 1000,
    unit: 'requests',
    meaning: 'The limit never goes below this, but for the moment of a probe.',
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
  window: {
    kind: 'integer',
    default: 16,
    minimum: 4,
    maximum: 1000,
    unit: 'requests',
    meaning: 'How many requests are looked at before the limit moves; and at least 100 ms.',
  },
  probe_every: {
    kind: 'duration',
    default: 10_000,
    minimum: 1000,
    meaning: 'How often a full lane is emptied to half for a moment, to see what a request takes by itself.',
  },
} as const satisfies Parameters;

/** No limit moves more often than this, however short the requests. */
const SHORTEST_WINDOW_MS = 100;
/** Below this a measured time is noise of the clock; above the other, of a clock that was set. */
const SHORTEST_TIME_MS = 0.05;
const LONGEST_TIME_MS = 86_400_000;
/** A count above this is a measurement gone wrong. */
const MOST_TOLD = 1e6;
/** Times below this are the same: processes take turns, packets come in batches. */
const NOISE_MS = 0.5;
/** What is measured while the lane is half empty, or less than the baseline, counts one part in so many. */
const SLOW = 32;
const QUICK = 4;
/** A probe costs half of the throughput: at most this share of the time goes to probes. */
const PROBE_SHARE = 0.02;
const PATIENCE = 2;
/** So many of them queue inside the program at least before the limit grows more slowly, or shrinks. */
const LEAST_ALPHA = 1;
const LEAST_BETA = 2;

export default {
  name: 'vegas',
  when: 'Requests take about the same time each and you want the limit to rise fast where there is room, as with a daemon of many workers.',
  source:
    'Brakmo and Peterson, "TCP Vegas" (1995); Netflix concurrency-limits, VegasLimit: with windows of means and real probes.',
  parameters,
  signals: ['processors', 'queued', 'oldestWaitMs', 'eventLoopDelayMs'],
  reasons: [],

  create({ parameters: set, clock, random, helpers, saved }) {
    const most = Math.max(set.minimum, set.maximum);
    let processors = 1;
    let standing = false;
    const loopDelay = helpers.smoothed(1000);
    const lanes: Record<RunLane, Lane> = {
      exec: newLane(readSaved(saved, 'exec', most)),
      forward: newLane(readSaved(saved, 'forward', most)),
    };
    /** The lane that answered last: its times scale the queue. */
    let current = lanes.exec;

    function newLane({ limit, usualMs }: SavedLane): Lane {
      const nowMs = clock.now();
      return {
        limit,
        baseline: usualMs === undefined ? undefined : Math.log(usualMs),
        busyMs: 0,
        window: newWindow(),
        judged: undefined,
        failures: 0,
        shrunkMs: nowMs,
        probe: undefined,
        probeDueMs: usualMs === undefined ? nowMs : nextProbeMs(0),
      };
    }

    function newWindow(): Window {
      return { sum: 0, count: 0, fullest: 0, sinceMs: clock.now() };
    }

    function nextProbeMs(lastedMs: number): number {
      return clock.now() + Math.max(set.probe_every, lastedMs / PROBE_SHARE) * (0.5 + random());
    }

    const limitOf = (lane: Lane) =>
      helpers.clamp(lane.limit ?? Math.max(1, processors * set.initial), set.minimum, most);
    const wholeLimit = (lane: Lane) => Math.floor(limitOf(lane));
    const halfLimit = (lane: Lane) => Math.max(1, wholeLimit(lane) >> 1);

    /** How long somebody may have waited, or the queue take to be worked off, before it stands. */
    const intervalMs = (lane: Lane) =>
      helpers.clamp(
        10 * Math.min(lane.busyMs, Math.exp(lane.baseline ?? Number.POSITIVE_INFINITY)),
        250,
        5000,
      );

    function look(load: Load): void {
      if (Number.isFinite(load.processors) && load.processors > 0) processors = load.processors;
      if (load.eventLoopDelayMs !== undefined)
        loopDelay.feed(helpers.clamp(load.eventLoopDelayMs, 0, 10_000), clock.now());
      if (!(load.queued > 0)) standing = false;
      else if (load.oldestWaitMs >= intervalMs(current)) standing = true;
      else if (load.queued * current.busyMs > intervalMs(current) * limitOf(current)) standing = true;
      for (const name of ['exec', 'forward'] as const) {
        const { probe } = lanes[name];
        if (probe !== undefined && clock.now() > probe.untilMs) endProbe(lanes[name]);
      }
    }

    /** A window of the full lane is over: the limit moves. */
    function move(lane: Lane, { sum, count, fullest }: Window): void {
      const mean = sum / count;
      const baseline = lane.baseline ?? mean;
      lane.baseline = mean < baseline ? baseline + (mean - baseline) / QUICK : baseline;
      const limit = limitOf(lane);
      // A turn of the gateway's own event loop, twice the mean delay of a timer, is not the program's time.
      const aloneMs = Math.max(NOISE_MS, Math.exp(lane.baseline)) + 2 * (loopDelay.value ?? 0);
      const queue = limit * helpers.clamp(1 - aloneMs / Math.max(NOISE_MS, Math.exp(mean)), 0, 1);
      const log = Math.log10(limit);
      const [alpha, beta] = [Math.max(LEAST_ALPHA, set.alpha * log), Math.max(LEAST_BETA, set.beta * log)];
      lane.judged = { queue, alpha, beta };
      lane.failures = 0;
      if (queue > beta) {
        const enough = lane === lanes.exec ? Math.min(limit, Math.ceil(processors)) : 1;
        lane.limit = Math.max(set.minimum, enough, limit - Math.max(1, log));
      } else if (fullest >= wholeLimit(lane) && queue < alpha) {
        lane.limit = Math.min(most, limit + (queue <= log ? Math.max(1, set.beta * log) : 1));
      }
    }

    function beginProbeIfDue(lane: Lane): void {
      if (clock.now() < lane.probeDueMs || wholeLimit(lane) < 2) return;
      // Half of those under way have to finish first, and the last of the probe's own as well.
      const lastsMs = (set.window / halfLimit(lane) + 2) * lane.busyMs;
      const untilMs = clock.now() + 3 * lastsMs + SHORTEST_WINDOW_MS;
      lane.probe = { limit: halfLimit(lane), sum: 0, count: 0, sinceMs: clock.now(), untilMs };
    }

    function endProbe(lane: Lane): void {
      const { probe } = lane;
      if (probe === undefined) return;
      if (probe.count >= set.window) lane.baseline = probe.sum / probe.count;
      lane.probeDueMs = nextProbeMs(clock.now() - probe.sinceMs);
      lane.probe = undefined;
      lane.window = newWindow();
    }

    function served(lane: Lane, busyMs: number, inflight: number): void {
      lane.busyMs += (busyMs - lane.busyMs) / (lane.busyMs === 0 ? 1 : SLOW);
      const time = Math.log(Math.max(busyMs, SHORTEST_TIME_MS));
      const { probe, window } = lane;
      const isHalfEmpty = inflight <= (probe?.limit ?? halfLimit(lane));
      if (probe !== undefined) {
        if (!isHalfEmpty) return;
        probe.sum += time;
        probe.count += 1;
        if (probe.count >= set.window) endProbe(lane);
        return;
      }
      if (isHalfEmpty) lane.baseline = (lane.baseline ?? time) + (time - (lane.baseline ?? time)) / SLOW;
      if (isHalfEmpty && wholeLimit(lane) > 1) return;
      window.sum += time;
      window.count += 1;
      window.fullest = Math.max(window.fullest, inflight);
      if (window.count < set.window || clock.now() - window.sinceMs < SHORTEST_WINDOW_MS) return;
      move(lane, window);
      lane.window = newWindow();
      beginProbeIfDue(lane);
    }

    function failed(lane: Lane): void {
      const nowMs = clock.now();
      // Those that were under way together fail together: that is one sign and not many.
      if (nowMs - lane.shrunkMs < Math.max(SHORTEST_WINDOW_MS, lane.busyMs)) return;
      lane.shrunkMs = nowMs;
      lane.limit = Math.max(set.minimum, limitOf(lane) * 0.9);
      lane.failures += 1;
      lane.window = newWindow();
    }

    /** How long anybody may wait while the queue stands. */
    const patienceMs = () => helpers.clamp(PATIENCE * current.busyMs, 50, 10_000);

    function limitGround(name: RunLane, load: Load): Ground {
      const lane = lanes[name];
      const { probe } = lane;
      const limit = limitOf(lane);
      const asSet = lane.limit === undefined ? 'initial' : undefined;
      const found = limit >= most ? 'maximum' : limit <= set.minimum ? 'minimum' : asSet;
      const parameter = probe === undefined ? found : undefined;
      const why =
        probe === undefined
          ? 'as full as it can be without a queue inside the program'
          : 'half empty for a moment, to see what requests take then';
      return {
        signal: `inflight.${name}`,
        value: helpers.clamp(load.inflight[name], 0, MOST_TOLD),
        comparison: '>=',
        threshold: probe?.limit ?? wholeLimit(lane),
        ...(parameter !== undefined && { parameter }),
        means: `the lane ${name} is ${why}, and whoever comes waits`,
      };
    }

    /** Why the limit of a lane is what it is: what was compared when it moved last. */
    function judgedGrounds(name: RunLane): Ground[] {
      const { judged, failures } = lanes[name];
      const grounds: Ground[] = [];
      if (judged !== undefined) {
        const { queue, alpha, beta } = judged;
        const signal = `requests that queued inside the program of the full lane ${name}`;
        grounds.push({
          signal,
          value: queue,
          comparison: '>',
          threshold: beta,
          ...(beta > LEAST_BETA && { parameter: 'beta' }),
          means: 'those are too many, which takes the limit down',
        });
        if (queue <= beta)
          grounds.push({
            signal,
            value: queue,
            comparison: '<',
            threshold: alpha,
            ...(alpha > LEAST_ALPHA && { parameter: 'alpha' }),
            means: 'there is room, which takes a limit that is used up further up',
          });
      }
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
      } as const;
      if (standing)
        return [
          {
            signal: 'queued',
            value: queued,
            comparison: '>',
            threshold: 0,
            means: 'the queue stood and is not empty yet: the newest is served first',
          },
          { ...waits, threshold: patienceMs(), means: 'who has waited so long is shed' },
        ];
      const stands = 'the queue stands: the newest is served first, and nobody waits long';
      return [
        { ...waits, threshold: intervalMs(current), means: stands },
        {
          signal: 'time to work the queue off (ms)',
          value: (queued * current.busyMs) / limitOf(current),
          comparison: '>',
          threshold: intervalMs(current),
          means: stands,
        },
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

      limit(name) {
        const lane = lanes[name];
        return lane.probe?.limit ?? wholeLimit(lane);
      },

      queue() {
        if (!standing) return undefined;
        return {
          order: 'newest-first',
          maxWaitMs: patienceMs(),
        };
      },

      outcome({ lane: name, result, busyMs, inflight }) {
        if (name === 'shed' || result === 'ignored') return;
        current = lanes[name];
        if (result === 'failed') failed(current);
        else if (busyMs >= 0 && busyMs <= LONGEST_TIME_MS && inflight >= 1) served(current, busyMs, inflight);
      },

      explain: (_view, load) => [
        ...load.lanes.flatMap((name) => [limitGround(name, load), ...judgedGrounds(name)]),
        ...queueGrounds(load),
      ],

      snapshot: () => ({ exec: keep(lanes.exec), forward: keep(lanes.forward) }),
    };
  },
} satisfies PolicyDefinition<typeof parameters>;

/** Requests of the full lane. Times are natural logarithms of milliseconds, so that their mean is the geometric one. */
interface Window {
  sum: number;
  count: number;
  fullest: number;
  readonly sinceMs: number;
}

interface Lane {
  /** Not whole, so that small steps add up. */
  limit: number | undefined;
  /** As a logarithm. */
  baseline: number | undefined;
  /** What requests take at present, the full lane included. */
  busyMs: number;
  window: Window;
  /** What the last whole window was compared with. */
  judged: { readonly queue: number; readonly alpha: number; readonly beta: number } | undefined;
  /** How often failures have taken the limit down since that window. */
  failures: number;
  shrunkMs: number;
  probe:
    | {
        readonly limit: number;
        sum: number;
        count: number;
        readonly sinceMs: number;
        readonly untilMs: number;
      }
    | undefined;
  probeDueMs: number;
}

interface SavedLane {
  readonly limit: number | undefined;
  readonly usualMs: number | undefined;
}

type Entries = { readonly [key: string]: Snapshot };

function keep({ limit, baseline }: Lane): Snapshot {
  const usualMs = baseline === undefined ? null : Math.round(Math.exp(baseline) * 1000) / 1000;
  return { limit: limit ?? null, usualMs };
}

function readSaved(saved: Snapshot | undefined, lane: RunLane, most: number): SavedLane {
  const { limit, usualMs } = entriesOf(entriesOf(saved)[lane]);
  return {
    limit: typeof limit === 'number' && limit >= 1 ? Math.min(limit, most) : undefined,
    usualMs:
      typeof usualMs === 'number' && usualMs >= SHORTEST_TIME_MS && usualMs <= LONGEST_TIME_MS
        ? usualMs
        : undefined,
  };
}

function entriesOf(saved: Snapshot | undefined): Entries {
  return saved === null || typeof saved !== 'object' || Array.isArray(saved) ? {} : (saved as Entries);
}
