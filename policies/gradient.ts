/**
 * An adaptive limit that needs no number: it finds by itself how many requests at once a lane can take.
 *
 * The idea, for each lane by itself: compare how long requests take when the lane is full with how long they take when
 * it is at most half full. As long as that is about the same, more at once is free: the limit grows. When it takes
 * `tolerance` times as long, the requests only wait for one another: the limit shrinks. So the limit settles where more
 * requests at once bring no more answers. With 2 processors and a program that only computes that is 2 to 5; a program
 * that sleeps on a database may have a hundred.
 *
 *              few at once (at most half the limit)  ---> baseline:  what a request takes by itself
 *     served --|
 *              many at once (more than half)         ---> window of `window` requests, when full:
 *                                                          gradient = tolerance * baseline / mean of the window
 *                                                          < 1: limit * (1 + gradient) / 2    (at most a quarter less)
 *                                                          > 1 and the limit was used up: limit + up to half its root, or 1
 *     failed ---> limit * 0.9, at most once in the time that a request takes
 *     ignored --> nothing
 *
 * It follows Netflix's Gradient2 and mends what is known to go wrong there. Headroom is not added whatever happens, but only
 * while the limit is used up and nobody waits for anybody. And the baseline cannot be poisoned by a long flood, in
 * which every sample is a slow one: requests of a full lane never raise it. So that it can go up when the program itself has
 * become slower, the limit is halved every `probe_every` for the moment in which a few requests show what they take now.
 * A full lane brings the baseline down only if its mean proves it beyond doubt: never by one lucky request. A probe
 * lasts the longer the more there are at once: sixteen requests whose times vary much tell their mean to a third and no better.
 *
 * What the gateway's own event loop adds is not the program's time, and fewer requests at once do not take it away: where
 * hundreds of visitors talk to a daemon that answers at once, every request takes a turn of the loop. That turn (twice the mean
 * delay of a timer) may come on top of the baseline, and while it is most of what a request takes nothing is learned.
 *
 * All means are geometric: one page that takes a hundred times as long as the others moves them little, and waiting for
 * one another multiplies every time by the same factor all the same.
 *
 * Alone for its latency the exec lane is never taken below the number of processors (where there are more than 4: half of them): fewer programs than
 * processors do not wait for one another. Failures do take it lower.
 *
 * The queue: a short one takes up a burst, one that stands helps nobody: it only makes everybody wait. When requests have
 * waited long for about two intervals (one is ten times what a request takes, 200 ms to 5 s), or when to work off what is
 * queued would take an interval, the newest is served first, and no more may wait than will have a turn in a moment: `waiting` times the
 * limit. For whoever comes then the oldest goes, and nobody waits longer than about `patience` times what a request takes at present.
 * So the more come, the sooner those are told who have no chance. That lasts until the queue gets empty again. It is
 * controlled delay with its target scaled to the service time: 5 ms would shed everything here. While the daemon starts, a queue
 * that stands is no congestion: in a moment there will be an answer for everybody in it. Then the oldest is served first, and waits
 * as long as anybody has patience for; also afterwards, as long as what has gathered is being worked off.
 *
 * What it cannot do: tell a program that waits for another machine from one that waits for its turn, if both take longer
 * the more there are; know how much memory the next one will take; and where one page in twenty takes a hundred times
 * as long as the others, hold the 99th percentile, which is then that page's own.
 */
import type { RunLane } from '../src/core/lane.ts';
import type { Load } from '../src/core/load.ts';
import type { Parameters } from '../src/core/parameter.ts';
import type { PolicyDefinition, Snapshot } from '../src/core/policy.ts';

const parameters = {
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
  tolerance: {
    kind: 'number',
    default: 1.5,
    minimum: 1.1,
    maximum: 1.9,
    unit: 'times',
    meaning:
      'How many times as long a request may take in a full lane: more admits more at once, less answers sooner.',
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
    meaning:
      'How often a lane that is always full is emptied to half for a moment, to see what a request takes by itself; less often when that takes long.',
  },
  waiting: {
    kind: 'number',
    default: 1,
    minimum: 0,
    maximum: 100,
    unit: 'times the limit',
    meaning: 'How many may wait while the queue stands: for whoever comes then, the oldest of them goes.',
  },
  patience: {
    kind: 'number',
    default: 0.75,
    minimum: 0.1,
    maximum: 1000,
    unit: 'times what a request takes',
    meaning: 'How long a request may wait while the queue stands; at least 20 ms.',
  },
} as const satisfies Parameters;

/** No limit moves more often than this, however short the requests. */
const SHORTEST_WINDOW_MS = 100;
/** Below this a measured time is noise of the clock; above the other, of a clock that was set. */
const SHORTEST_TIME_MS = 0.05;
const LONGEST_TIME_MS = 86_400_000;
/** Means are over about this many requests. */
const MEMORY = 64;
/** Standard errors between what a window's mean says and what it proves. */
const SURE = 3;
/** So many programs at once are never too many for their latency alone, if there are as many processors. */
const ENOUGH = 4;
/** By this much, as a logarithm, a program has become faster: a fifth. */
const FASTER = 0.2;
/** Requests that a probe needs at least to be over. */
const PROBE_SAMPLES = 16;
/** More in a lane with many at once, where they come as fast and each of them says as little. */
const PROBE_SAMPLES_EACH = 8;
/** Times below this are the same: processes take turns, packets come in batches. */
const NOISE_MS = 0.5;
const LONGEST_LOOP_MS = 10_000;
/** A probe costs half of the throughput: at most this share of the time goes to probes. */
const PROBE_SHARE = 0.02;
/** As long as a visitor waits who has asked for a page: an answer after that is late. */
const START_PATIENCE_MS = 1000;
/** A wait that is less than this share of what it was is getting shorter. */
const LESS = 0.9;
/** While tasks wait for memory this share of the time, more programs at once are no gain. */
const MEMORY_PRESSURE = 0.1;
/** The queue stands from this share of the recent time with long waits on, and no longer below the other. */
const CONGESTED = 0.94;
const OVER = 0.35;

export default {
  name: 'gradient',
  when: 'You do not know how many requests at once the application can take, or it changes: answers stay fast in a flood.',
  source:
    'Netflix concurrency-limits, Gradient2 (2018); Nichols and Jacobson, "Controlling Queue Delay" (2012); Maurer, "Fail at Scale" (2015).',
  parameters,
  signals: [
    'processors',
    'queued',
    'oldestWaitMs',
    'inflight',
    'memoryPressure',
    'daemon',
    'lanes',
    'eventLoopDelayMs',
  ],
  reasons: [],

  create({ parameters: set, clock, helpers, saved }) {
    const most = Math.max(set.minimum, set.maximum);
    const lanes: Record<RunLane, Lane> = { exec: newLane(), forward: newLane() };
    let processors = 1;
    let memoryShort = false;
    /** Until then a queue that stands is no congestion: there is much more capacity in a moment, or just now. */
    let patientUntilMs = Number.NEGATIVE_INFINITY;
    /** The shortest that the oldest had waited since then: what has gathered is being worked off while it gets less. */
    let shortestMs = Number.POSITIVE_INFINITY;
    /** The lane that answered last: its times scale the queue. */
    let current = lanes.exec;
    /** Share of the recent time in which somebody waited long, 0 to 1. */
    let standing = 0;
    let lookedMs = clock.now();
    const loopDelay = helpers.smoothed(1000);
    /** What a turn of the gateway's own event loop takes, milliseconds. */
    let loopMs = 0;
    const congested = helpers.hysteresis(CONGESTED, OVER);

    if (saved !== null && typeof saved === 'object' && !Array.isArray(saved)) {
      for (const name of ['exec', 'forward'] as const) restore(lanes[name], (saved as Entries)[name], most);
    }

    function newLane(): Lane {
      return {
        limit: undefined,
        baseline: undefined,
        baselineCount: 0,
        probedMs: clock.now(),
        busyMs: 0,
        busyCount: 0,
        sum: 0,
        sumOfSquares: 0,
        count: 0,
        fullest: 0,
        windowMs: clock.now(),
        crowded: false,
        shrunkMs: Number.NEGATIVE_INFINITY,
        probe: undefined,
      };
    }

    const limitOf = (lane: Lane) =>
      helpers.clamp(lane.limit ?? Math.max(1, processors * set.initial), set.minimum, most);
    const wholeLimit = (lane: Lane) => Math.floor(limitOf(lane));
    /** What a request takes by itself, milliseconds. */
    const usualMs = (lane: Lane) => (lane.baseline === undefined ? undefined : Math.exp(lane.baseline));

    /** `coming`: the one that is about to have a slot, which is not counted yet. */
    function look(load: Load, coming: number): void {
      if (Number.isFinite(load.processors) && load.processors > 0) processors = load.processors;
      memoryShort = (load.memoryPressure ?? 0) >= MEMORY_PRESSURE;
      const queued = helpers.clamp(load.queued, 0, Number.MAX_SAFE_INTEGER);
      // To wait long makes a queue stand. To stand, it is enough that it does not get empty: short waits are the cure at work.
      const stands = queued > 0 && (congested.on || load.oldestWaitMs >= longWaitMs(current));
      const nowMs = clock.now();
      // A timer falls due anywhere in a turn of the loop: on the average it waits for half of it.
      if (load.eventLoopDelayMs !== undefined)
        loopMs = 2 * loopDelay.feed(helpers.clamp(load.eventLoopDelayMs, 0, LONGEST_LOOP_MS), nowMs);
      // Four half-lives to two intervals: from never to nearly always takes as long.
      const kept = 2 ** ((2 * (lookedMs - nowMs)) / intervalMs(current));
      standing = (stands ? 1 : 0) * (1 - kept) + standing * kept;
      lookedMs = nowMs;
      if (load.daemon === 'starting' && load.lanes.includes('forward')) {
        patientUntilMs = nowMs + START_PATIENCE_MS;
        shortestMs = Number.POSITIVE_INFINITY;
      } else if (queued === 0) patientUntilMs = nowMs;
      else if (nowMs < patientUntilMs && load.oldestWaitMs < shortestMs * LESS) {
        shortestMs = load.oldestWaitMs;
        patientUntilMs = Math.max(patientUntilMs, nowMs + START_PATIENCE_MS / 2);
      }
      const { exec, forward } = load.inflight;
      mark(lanes.exec, exec + coming, nowMs);
      mark(lanes.forward, forward + coming, nowMs);
      if ((queued * current.busyMs) / wholeLimit(current) > intervalMs(current)) standing = 1;
      if (nowMs < patientUntilMs) standing = 0;
      congested.feed(standing);
    }

    function mark(lane: Lane, inflight: number, nowMs: number): void {
      lane.crowded = inflight > wholeLimit(lane) >> 1;
      // Nobody comes any more: what is not full shows the baseline without a probe.
      if (lane.probe !== undefined && nowMs > lane.probe.untilMs) endProbe(lane);
    }

    /** What nobody waits where now and then all slots are taken. */
    function longWaitMs(lane: Lane): number {
      return helpers.clamp(0.75 * lane.busyMs, 25, 5000);
    }

    /** How long a request may wait while the queue stands. */
    function patienceMs(lane: Lane): number {
      return helpers.clamp(set.patience * lane.busyMs, 20, 10_000);
    }

    /** How long the queue may stay without getting empty before that is congestion. */
    function intervalMs(lane: Lane): number {
      return helpers.clamp(10 * lane.busyMs, 200, 5000);
    }

    /** One request that was served while at most half of the limit was in use. */
    function learnBaseline(lane: Lane, time: number): void {
      if (!isMostlyLoop(Math.exp(time))) {
        lane.baselineCount = Math.min(lane.baselineCount + 1, MEMORY);
        const off = time - (lane.baseline ?? time);
        lane.baseline = (lane.baseline ?? time) + off / lane.baselineCount;
      }
      if (lane.probe !== undefined && --lane.probe.samples <= 0) endProbe(lane);
    }

    const isMostlyLoop = (busyMs: number) => loopMs > busyMs / 2;

    /** Below 1 a request takes longer in the full lane than `tolerance` allows. */
    function gradientOf(baseline: number, mean: number): number {
      const aloneMs = Math.max(Math.exp(baseline), NOISE_MS) + loopMs;
      return helpers.clamp(
        (set.tolerance * aloneMs) / Math.max(Math.exp(mean), NOISE_MS),
        0.5,
        set.tolerance,
      );
    }

    /** A window is full: the limit moves. */
    function move(lane: Lane): void {
      const mean = lane.sum / lane.count;
      const variance = Math.max(0, lane.sumOfSquares / lane.count - mean * mean);
      // A full lane can only be slower than an empty one: what it does beyond doubt is possible.
      const atMost = mean + SURE * Math.sqrt(variance / lane.count);
      // If that is much less than the baseline, the program itself has become faster, and nothing is known any more.
      if (lane.baseline === undefined || atMost < lane.baseline - FASTER) lane.baselineCount = 0;
      lane.baseline = lane.baseline === undefined ? mean : Math.min(lane.baseline, atMost);
      const limit = limitOf(lane);
      const gradient = gradientOf(lane.baseline, mean);
      if (gradient < 1) {
        // Fewer programs at once than processors cannot be what makes them fast. Of a daemon nobody knows the workers.
        const enough =
          lane === lanes.exec ? Math.min(limit, Math.ceil(processors), Math.max(ENOUGH, processors / 2)) : 1;
        lane.limit = Math.max(set.minimum, enough, limit * (1 + gradient) * 0.5);
      } else if (lane.fullest >= wholeLimit(lane) && !memoryShort) {
        const room = (gradient - 1) / (set.tolerance - 1);
        lane.limit = Math.min(most, limit + room * Math.max(1, Math.sqrt(limit) / 2));
      }
    }

    function beginProbeIfDue(lane: Lane): void {
      const half = Math.floor(wholeLimit(lane) / 2);
      if (half < 1 || isMostlyLoop(lane.busyMs)) return;
      const samples = helpers.clamp(PROBE_SAMPLES_EACH * half, PROBE_SAMPLES, MEMORY);
      // Half of those under way have to finish first, and the last of the probe's own as well.
      const lastsMs = (samples / half + 2) * Math.max(lane.busyMs, usualMs(lane) ?? 0);
      const everyMs = Math.max(set.probe_every, lastsMs / PROBE_SHARE);
      const isKnown = lane.baselineCount >= PROBE_SAMPLES;
      if (isKnown && clock.now() - lane.probedMs < everyMs) return;
      // What was known before weighs no more than what the probe will show.
      lane.baselineCount = Math.min(lane.baselineCount, samples / 2);
      lane.probe = {
        samples,
        limit: half,
        untilMs: clock.now() + 3 * lastsMs + SHORTEST_WINDOW_MS,
      };
    }

    function endProbe(lane: Lane): void {
      lane.probe = undefined;
      lane.probedMs = clock.now();
      beginWindow(lane);
    }

    function beginWindow(lane: Lane): void {
      lane.sum = 0;
      lane.sumOfSquares = 0;
      lane.count = 0;
      lane.fullest = 0;
      lane.windowMs = clock.now();
    }

    function served(lane: Lane, busyMs: number, inflight: number): void {
      lane.busyCount = Math.min(lane.busyCount + 1, MEMORY);
      lane.busyMs += (busyMs - lane.busyMs) / lane.busyCount;
      const time = Math.log(Math.max(busyMs, SHORTEST_TIME_MS));
      const limit = wholeLimit(lane);
      if (inflight <= Math.max(1, limit >> 1)) learnBaseline(lane, time);
      // Where it was full when it began and is no longer, nothing is proved.
      if (lane.probe !== undefined || inflight <= limit >> 1 || !lane.crowded) return;

      lane.sum += time;
      lane.sumOfSquares += time * time;
      lane.count += 1;
      lane.fullest = Math.max(lane.fullest, inflight);
      if (lane.count < set.window || clock.now() - lane.windowMs < SHORTEST_WINDOW_MS) return;
      move(lane);
      beginWindow(lane);
      beginProbeIfDue(lane);
    }

    function failed(lane: Lane): void {
      const nowMs = clock.now();
      if (nowMs - lane.shrunkMs < Math.max(SHORTEST_WINDOW_MS, usualMs(lane) ?? 0)) return;
      lane.shrunkMs = nowMs;
      lane.limit = Math.max(set.minimum, limitOf(lane) * 0.9);
      endProbe(lane);
    }

    return {
      arrive(_view, load) {
        look(load, 0);
        return undefined;
      },

      dispatch(_view, load) {
        look(load, 1);
        return undefined;
      },

      limit(name) {
        const lane = lanes[name];
        return lane.probe?.limit ?? wholeLimit(lane);
      },

      queue() {
        if (clock.now() < patientUntilMs) return { order: 'oldest-first', maxWaitMs: START_PATIENCE_MS };
        if (!congested.on) return undefined;
        return {
          order: 'newest-first',
          maxLength: Math.ceil(limitOf(current) * set.waiting),
          maxWaitMs: Math.round(patienceMs(current)),
        };
      },

      outcome({ lane: name, result, busyMs, inflight }) {
        if (name === 'shed' || result === 'ignored') return;
        const lane = lanes[name];
        current = lane;
        if (result === 'failed') return failed(lane);
        if (busyMs >= 0 && busyMs <= LONGEST_TIME_MS) served(lane, busyMs, inflight);
      },

      explain: (_view, load) => [
        ...load.lanes.map((name) => ({
          signal: `inflight.${name}`,
          value: load.inflight[name],
          comparison: '>=' as const,
          threshold: lanes[name].probe?.limit ?? wholeLimit(lanes[name]),
          means: `the lane ${name} is as full as it can be without its answers getting slow, and whoever comes waits`,
        })),
        {
          signal: 'share of the recent time in which somebody waited long',
          value: standing,
          comparison: '>=' as const,
          threshold: congested.on && standing < CONGESTED ? OVER : CONGESTED,
          means: 'the queue stands: the newest is served first, few may wait, and nobody for long',
        },
      ],

      snapshot: () => ({ exec: keep(lanes.exec), forward: keep(lanes.forward) }),
    };
  },
} satisfies PolicyDefinition<typeof parameters>;

/** What is known of one lane. Times are natural logarithms of milliseconds, so that their mean is the geometric one. */
interface Lane {
  /** Not whole, so that small steps add up. */
  limit: number | undefined;
  baseline: number | undefined;
  baselineCount: number;
  /** When the last probe ended. */
  probedMs: number;
  /** What requests take at present, the full lane included: an arithmetic mean, milliseconds. */
  busyMs: number;
  busyCount: number;
  /** The window under way: its times, and the most requests at once. */
  sum: number;
  sumOfSquares: number;
  count: number;
  fullest: number;
  windowMs: number;
  /** More than half of the limit is in use. */
  crowded: boolean;
  shrunkMs: number;
  probe: { samples: number; readonly limit: number; readonly untilMs: number } | undefined;
}

type Entries = { readonly [key: string]: Snapshot };

function keep({ limit, baseline }: Lane): Snapshot {
  const usualMs = baseline === undefined ? null : Math.round(Math.exp(baseline) * 1000) / 1000;
  return { limit: limit ?? null, usualMs };
}

function restore(lane: Lane, saved: Snapshot | undefined, most: number): void {
  if (saved === null || typeof saved !== 'object' || Array.isArray(saved)) return;
  const { limit, usualMs } = saved as Entries;
  if (typeof limit === 'number' && limit >= 1) lane.limit = Math.min(limit, most);
  if (typeof usualMs === 'number' && usualMs >= SHORTEST_TIME_MS && usualMs <= LONGEST_TIME_MS) {
    lane.baseline = Math.log(usualMs);
    lane.baselineCount = MEMORY;
  }
}
