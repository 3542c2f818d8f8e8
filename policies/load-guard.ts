/**
 * A guard that sleeps until the machine suffers: the load arms it, the requests in flight decide.
 *
 * Choose it when nothing shall be limited as long as the machine bears it (many applications that are mostly asleep, programs of very
 * different weight), and when it does not, no more shall run than it can work off.
 *
 *                    load per processor over `arm`, or tasks wait for a processor, memory
 *                    or disk more than `pressure` of the time
 *        asleep ---------------------------------------------------------------------> armed
 *        no limit at all   <--------------------------------------------------         limit = best rate
 *                            the load is low, and for `hold` nobody had                        x least latency
 *                            to wait for the limit                                             x `gain`
 *
 * The running tasks and the pressure (PSI) are sampled every 100 ms and smoothed, so that a flood is seen in 100 to 300 ms and a burst is not. The 1-minute load average keeps the guard awake, but
 * arms it only together with a running task for each processor: it is still high long after a flood. Where nothing of the machine can
 * be measured the requests in flight are taken for its running tasks.
 *
 * Best rate x least latency is Little's law: so many requests are under way when the program answers as many as it can and
 * nobody waits for anybody. Both are means over `window` requests, so that a lucky one changes nothing. A limit that is always used up
 * would only ever measure itself: so every `probe_every` it is halved for a moment, and the latency measured then counts.
 *
 * While armed, `queue` times as many may wait as may run; the next one is shed at once.
 *
 * What it cannot do: the first moment. Until it is armed a flood is let in, some hundred requests on a small machine, and it takes a second or
 * two to work them off, with requests of 100 ms three or four. And it stays awake a while after the
 * flood (`hold`), when one in fifty of a load that comes in bunches may meet its limit. `gradient` has its limit before the flood comes.
 */
import type { Ground } from '../src/core/ground.ts';
import type { RunLane } from '../src/core/lane.ts';
import type { Load } from '../src/core/load.ts';
import type { Parameters } from '../src/core/parameter.ts';
import type { PolicyDefinition, Snapshot } from '../src/core/policy.ts';
import type { SlidingWindow } from '../src/core/policy-helpers.ts';

const parameters = {
  arm: {
    kind: 'number',
    default: 3,
    minimum: 0.1,
    maximum: 1000,
    unit: 'load per processor',
    meaning: 'From here on the guard is awake: running tasks, or the load average with the processors busy.',
  },
  pressure: {
    kind: 'number',
    default: 0.95,
    minimum: 0,
    maximum: 1,
    unit: 'share of the time',
    meaning: 'When tasks wait for processor, memory or disk as much as this, it is awake as well.',
  },
  gain: {
    kind: 'number',
    default: 1.25,
    minimum: 1,
    maximum: 10,
    unit: 'times best rate x least latency',
    meaning:
      'How many may be in flight while it is awake: a little more than needed, to see whether more help.',
  },
  queue: {
    kind: 'number',
    default: 4,
    minimum: 0,
    maximum: 1000,
    unit: 'requests per place',
    meaning: 'While it is awake, so many may wait for each place; the next one is shed.',
  },
  hold: {
    kind: 'duration',
    default: 5000,
    minimum: 100,
    maximum: 600_000,
    meaning: 'How long it stays awake after the last request that had to wait or was shed.',
  },
  window: {
    kind: 'integer',
    default: 16,
    minimum: 4,
    maximum: 1000,
    unit: 'requests',
    meaning: 'How many requests make one measurement of rate and latency; and at least 100 ms.',
  },
  probe_every: {
    kind: 'duration',
    default: 10_000,
    minimum: 1000,
    maximum: 600_000,
    meaning: 'How often the limit is halved for a moment to measure the latency of a lane that is not full.',
  },
  retry_after: {
    kind: 'duration',
    default: 5000,
    minimum: 1000,
    maximum: 3_600_000,
    meaning: 'When a visitor who was shed may come back at the earliest; the page spreads it.',
  },
} as const satisfies Parameters;

const SHORTEST_WINDOW_MS = 100;
const SHORTEST_TIME_MS = 0.05;
const LONGEST_TIME_MS = 86_400_000;
/** A count above this is a measurement gone wrong. */
const MOST_TOLD = 1e6;
const MOST = 10_000;
/** A probe costs half of the throughput: at most this share of the time goes to probes. */
const PROBE_SHARE = 0.02;
/** What is off below this share of where it was on. */
const FALLS_BACK = 0.7;
const HALF_LIFE_MS = 300;

export default {
  name: 'load-guard',
  when: 'Nothing is to be limited while the machine bears it, and no more than it can work off when it does not.',
  source:
    'Alibaba Sentinel, SystemRule (load, and the bandwidth-delay product); Cardwell et al., "BBR: Congestion-Based Congestion Control" (2016).',
  parameters,
  signals: [
    'processors',
    'machineProcessors',
    'loadAverage',
    'running',
    'cpuPressure',
    'memoryPressure',
    'ioPressure',
    'inflight',
    'queued',
  ],
  reasons: ['over_capacity'],

  create({ parameters: set, clock, helpers, saved }) {
    const crowded = helpers.hysteresis(set.arm, set.arm * FALLS_BACK);
    const pressed = helpers.hysteresis(set.pressure, set.pressure * FALLS_BACK);
    const crowd = helpers.smoothed(HALF_LIFE_MS);
    const pressure = helpers.smoothed(HALF_LIFE_MS);
    // So that the first look proves as little as any other.
    crowd.feed(0, clock.now());
    pressure.feed(0, clock.now());
    let processors = 1;
    let armed = false;
    /** As it was looked at last: per processor, and whether any pressure was measured. */
    let crowdNow = 0;
    let knowsPressure = false;
    /** When somebody last had to wait, or the load was last high. */
    let neededMs = clock.now();
    let lookedMs = clock.now();
    const lanes: Record<RunLane, Lane> = {
      exec: newLane(savedCapacity(saved, 'exec')),
      forward: newLane(savedCapacity(saved, 'forward')),
    };

    function newLane(capacity: number | undefined): Lane {
      return {
        capacity,
        // Of rate and latency the last few probes count: a program that has become slower is believed.
        rates: helpers.slidingWindow(2 * set.probe_every),
        latencies: helpers.slidingWindow(2.5 * set.probe_every),
        busyMs: 0,
        window: newWindow(),
        probe: undefined,
        probedMs: Number.NEGATIVE_INFINITY,
      };
    }

    function newWindow(): Window {
      return { sum: 0, count: 0, sinceMs: clock.now() };
    }

    function look(load: Load, coming: number): void {
      const nowMs = clock.now();
      if (Number.isFinite(load.processors) && load.processors > 0) processors = load.processors;
      const ofAll = Math.max(processors, helpers.clamp(load.machineProcessors ?? 0, 0, MOST));
      const slots = helpers.clamp(load.inflight.exec + load.inflight.forward + coming, 0, MOST);
      const running = helpers.clamp(load.running ?? slots, 0, MOST) / ofAll;
      const average = running >= 1 ? helpers.clamp(load.loadAverage ?? 0, 0, MOST) / ofAll : 0;
      knowsPressure = (load.cpuPressure ?? load.memoryPressure ?? load.ioPressure) !== undefined;
      const most = Math.max(load.cpuPressure ?? 0, load.memoryPressure ?? 0, load.ioPressure ?? 0);
      // After a silence nothing of what was is left: one look proves little.
      if (nowMs - lookedMs > 2 * HALF_LIFE_MS) {
        crowd.feed(0, nowMs - HALF_LIFE_MS / 2);
        pressure.feed(0, nowMs - HALF_LIFE_MS / 2);
      }
      lookedMs = nowMs;
      crowdNow = Math.max(crowd.feed(running, nowMs), average);
      const isCrowded = crowded.feed(crowdNow);
      const isPressed = pressed.feed(pressure.feed(helpers.clamp(most, 0, 1), nowMs)) && set.pressure > 0;
      const isHigh = isCrowded || isPressed;
      // Pressure of others, or a neighbour that burns the processors: no reason to limit one who has nothing in flight.
      if (isHigh && slots > 0) armed = true;
      if (isHigh || load.queued > 0) neededMs = nowMs;
      if (armed && nowMs - neededMs > set.hold) armed = false;
      for (const name of ['exec', 'forward'] as const) {
        const { probe } = lanes[name];
        if (probe !== undefined && nowMs > probe.untilMs) endProbe(lanes[name]);
      }
    }

    function limitOf(lane: Lane): number {
      // Fewer than processors cannot be too many for them.
      const least = lane === lanes.exec ? Math.ceil(processors) : 1;
      const unknown = 2 * Math.ceil(processors);
      return Math.round(helpers.clamp((lane.capacity ?? unknown) * set.gain, Math.min(least, MOST), MOST));
    }

    const roomOf = (load: Load) => load.lanes.reduce((sum, name) => sum + limitOf(lanes[name]), 0);

    /** Every place is taken, and as many wait as may. */
    function isOver(load: Load): boolean {
      const room = roomOf(load);
      return load.inflight.exec + load.inflight.forward >= room && load.queued >= room * set.queue;
    }

    function longestWaitMs(): number {
      const busyMs = Math.max(lanes.exec.busyMs, lanes.forward.busyMs);
      return helpers.clamp(2 * (set.queue + 1) * busyMs, 50, 10_000);
    }

    /** What wakes the guard, and what keeps it awake. */
    function armGrounds(): Ground[] {
      // A threshold that was reached is left further below.
      const left = (threshold: number, value: number, on: boolean) =>
        on && value < threshold ? threshold * FALLS_BACK : threshold;
      const pressureNow = pressure.value ?? 0;
      const grounds: Ground[] = [
        {
          signal: 'load per processor, smoothed',
          value: crowdNow,
          comparison: '>=',
          threshold: left(set.arm, crowdNow, crowded.on),
          parameter: 'arm',
          means: 'the machine is crowded, which wakes the guard',
        },
      ];
      if (knowsPressure && set.pressure > 0)
        grounds.push({
          signal: 'share of the time in which tasks wait for processor, memory or disk',
          value: pressureNow,
          comparison: '>=',
          threshold: left(set.pressure, pressureNow, pressed.on),
          parameter: 'pressure',
          means: 'the machine suffers, which wakes the guard',
        });
      const isHigh = crowded.on || (pressed.on && set.pressure > 0);
      if (armed && !isHigh)
        grounds.push({
          signal: 'time since the load was high or somebody had to wait (ms)',
          value: clock.now() - neededMs,
          comparison: '<=',
          threshold: set.hold,
          parameter: 'hold',
          means: 'the guard stays awake',
        });
      return grounds;
    }

    /** What the guard does while it is awake. */
    function limitGrounds(load: Load): Ground[] {
      const room = roomOf(load);
      const limits = load.lanes.map((name): Ground => {
        const lane = lanes[name];
        return {
          signal: `inflight.${name}`,
          value: helpers.clamp(load.inflight[name], 0, MOST_TOLD),
          comparison: '>=',
          threshold: lane.probe?.limit ?? limitOf(lane),
          ...(lane.probe === undefined && { parameter: 'gain' }),
          means: `the lane ${name} is full${lane.probe === undefined ? '' : ', halved for a moment to see what requests take then'}, and whoever comes waits`,
        };
      });
      const waiting: Ground = {
        signal: 'queued',
        value: helpers.clamp(load.queued, 0, MOST_TOLD),
        comparison: '>=',
        threshold: room * set.queue,
        parameter: 'queue',
        means: 'as many wait as may, and where no place is free either, one more is shed',
      };
      if (isOver(load))
        return [
          {
            signal: 'requests in flight, all lanes together',
            value: helpers.clamp(load.inflight.exec + load.inflight.forward, 0, MOST_TOLD),
            comparison: '>=',
            threshold: room,
            parameter: 'gain',
            means: 'no place is free',
          },
          waiting,
        ];
      return [
        ...limits,
        waiting,
        {
          signal: 'longest wait in the queue (ms)',
          value: helpers.clamp(load.oldestWaitMs, 0, LONGEST_TIME_MS),
          comparison: '>=',
          threshold: longestWaitMs(),
          means: 'who has waited so long is shed',
        },
      ];
    }

    function endProbe(lane: Lane): void {
      lane.probe = undefined;
      lane.probedMs = clock.now();
      lane.window = newWindow();
    }

    function beginProbeIfDue(lane: Lane): void {
      const half = limitOf(lane) >> 1;
      if (!armed || half < 1) return;
      const nowMs = clock.now();
      const lastsMs = (set.window / half + 2) * lane.busyMs;
      if (nowMs - lane.probedMs < Math.max(set.probe_every, lastsMs / PROBE_SHARE)) return;
      lane.probe = { limit: half, untilMs: nowMs + 3 * lastsMs + SHORTEST_WINDOW_MS };
      lane.window = newWindow();
    }

    function served(lane: Lane, busyMs: number, inflight: number): void {
      const nowMs = clock.now();
      const { window, probe } = lane;
      lane.busyMs += (busyMs - lane.busyMs) / (lane.busyMs === 0 ? 1 : 32);
      if (probe !== undefined && inflight > probe.limit) return;
      window.sum += Math.max(busyMs, SHORTEST_TIME_MS);
      window.count += 1;
      const lengthMs = nowMs - window.sinceMs;
      if (window.count < set.window || (lengthMs < SHORTEST_WINDOW_MS && probe === undefined)) return;
      const latencyMs = window.sum / window.count;
      lane.latencies.feed(latencyMs, nowMs);
      if (probe === undefined) lane.rates.feed(window.count / Math.max(1, lengthMs), nowMs);
      const rate = lane.rates.maximum(nowMs);
      if (rate !== undefined) lane.capacity = rate * (lane.latencies.minimum(nowMs) ?? latencyMs);
      lane.window = newWindow();
      if (probe !== undefined) endProbe(lane);
      else beginProbeIfDue(lane);
    }

    return {
      arrive(_view, load) {
        look(load, 0);
        if (!armed) return undefined;
        if (!isOver(load)) return undefined;
        neededMs = clock.now();
        return { shed: 'over_capacity', retryAfterMs: set.retry_after };
      },

      dispatch(_view, load) {
        look(load, 1);
        return undefined;
      },

      limit(name) {
        if (!armed) return undefined;
        const lane = lanes[name];
        return lane.probe?.limit ?? limitOf(lane);
      },

      queue() {
        if (!armed) return undefined;
        return { maxWaitMs: longestWaitMs() };
      },

      outcome({ lane: name, result, busyMs, inflight }) {
        if (name === 'shed' || result !== 'served') return;
        if (busyMs >= 0 && busyMs <= LONGEST_TIME_MS) served(lanes[name], busyMs, inflight);
      },

      explain: (_view, load) => [...armGrounds(), ...(armed ? limitGrounds(load) : [])],

      snapshot: () => ({ exec: lanes.exec.capacity ?? null, forward: lanes.forward.capacity ?? null }),
    };
  },
} satisfies PolicyDefinition<typeof parameters>;

interface Window {
  /** Milliseconds of all its requests together. */
  sum: number;
  count: number;
  readonly sinceMs: number;
}

interface Lane {
  /** Best rate x least latency, in requests; not whole. */
  capacity: number | undefined;
  /** Requests a millisecond, and milliseconds, each of a window. */
  readonly rates: SlidingWindow;
  readonly latencies: SlidingWindow;
  busyMs: number;
  window: Window;
  probe: { readonly limit: number; readonly untilMs: number } | undefined;
  probedMs: number;
}

function savedCapacity(saved: Snapshot | undefined, lane: RunLane): number | undefined {
  if (saved === null || typeof saved !== 'object' || Array.isArray(saved)) return undefined;
  const capacity = (saved as { readonly [key: string]: Snapshot })[lane];
  return typeof capacity === 'number' && capacity > 0 && capacity <= MOST ? capacity : undefined;
}
