/**
 * The ladder: exec when quiet, forward when busy, shed when drowning.
 *
 *     load per processor   0 ........ start ................ shed ........
 *     lane                   exec     |        forward        |   shed
 *                                     daemon is started       overload page
 *
 * "Load" is what an operator calls load: tasks that run or want to run. `start: 1` is reached when every processor has
 * something to do, `shed: 4` when each has four. What falls below `falls_back` times a threshold is over.
 *
 * The 1-minute load average comes late: after a step to twice a threshold it takes 42 s to reach it, and long after the
 * flood it is still high. So it only ARMS a threshold, and something immediate DECIDES:
 *
 *     load average / processors   what decides                                   so that
 *     over the threshold          the immediate load, at once                    a flood that is over sheds nobody
 *     under it, or not measured   the immediate load, if sustained (`half_life`) a burst of a few requests sheds nobody
 *
 * What is immediate, per processor:
 *   - for `start`: the greater of the running tasks of the machine and this application's requests, waiting ones included.
 *     Several requests at once are what a daemon is for.
 *   - for `shed`: the running tasks of the machine. Requests of this application that hold a slot count as well, but only
 *     while the load average says that the machine suffers, since what sleeps (on a database, on the network) drowns
 *     nobody; or where nothing else is measured. Requests that WAIT never count: with 2 processors, 8 waiting requests
 *     would shed everybody, although to wait costs nothing and the queue has its own bounds (its length, its time limit,
 *     and `gradient`). `shed` is for a machine that drowns, not for one application that is popular.
 *
 * Where this process is pinned to some of the processors, or has a quota, the load average and the running tasks are still
 * those of the whole machine: they are divided by its processors, and as many of the running tasks as there are requests
 * with a slot are counted by the processors that may be used. In a container both may be high for ever while this
 * application has all it needs. So where pressure (PSI) is measured, nobody is shed while no task has to wait for it.
 *
 * An application that has few requests is spared while another one drowns the machine: to shed its visitors would help nobody.
 * So each may go on with `spares` requests per processor, and what is shed of one that is flooded does not stop it.
 *
 * What it cannot do: keep answers fast in a flood. With its defaults it begins to shed where the machine suffers, not where
 * more requests at once bring no more answers; that is what `gradient` beside it is for.
 */

import type { Ground } from '../src/core/ground.ts';
import type { Load } from '../src/core/load.ts';
import type { Parameters } from '../src/core/parameter.ts';
import type { PolicyDefinition, Snapshot } from '../src/core/policy.ts';

const parameters = {
  start: {
    kind: 'number',
    default: 1,
    minimum: 0,
    maximum: 1000,
    unit: 'load per processor',
    meaning: 'From here the application is busy: its daemon is started and used.',
  },
  shed: {
    kind: 'number',
    default: 4,
    minimum: 0.1,
    maximum: 1000,
    unit: 'load per processor',
    meaning: 'From here the machine is drowning: visitors get the overload page.',
  },
  falls_back: {
    kind: 'number',
    default: 0.7,
    minimum: 0.1,
    maximum: 1,
    unit: 'share of the threshold',
    meaning:
      'A threshold that was reached counts as left only below this share of it, so that it does not flap.',
  },
  half_life: {
    kind: 'duration',
    default: 500,
    minimum: 10,
    maximum: 60_000,
    meaning:
      'How long the load must last to count while the load average is low: after this time it counts half.',
  },
  pressure: {
    kind: 'number',
    default: 0.3,
    minimum: 0,
    maximum: 1,
    unit: 'share of the time',
    meaning:
      'Nobody is shed while tasks wait for processor, memory and disk less than this (0: pressure is not looked at).',
  },
  spares: {
    kind: 'number',
    default: 4,
    minimum: 0,
    maximum: 1000,
    unit: 'requests per processor',
    meaning:
      'An application that has fewer than this, waiting ones included, is not shed: it is not what drowns the machine (0: none is spared).',
  },
  daemon_up: {
    kind: 'choice',
    default: 'until_shed',
    choices: ['until_shed', 'always'],
    meaning:
      'A daemon that is up is used whatever the load: up to the shed threshold, or always, so that it sees no page.',
  },
  quiet_after: {
    kind: 'duration',
    default: 60_000,
    minimum: 0,
    meaning:
      'After this long below the start threshold, requests go back to exec although the daemon is up, so that it can be retired.',
  },
  while_starting: {
    kind: 'choice',
    default: 'exec',
    choices: ['exec', 'wait'],
    meaning:
      'What busy requests do until the daemon is up: carry on with exec while it starts, or wait for it.',
  },
  retry_after: {
    kind: 'duration',
    default: 10_000,
    minimum: 1000,
    maximum: 3_600_000,
    meaning:
      'When a visitor who was shed may come back at the earliest. The page spreads it, up to twice that, so that not all come at once.',
  },
} as const satisfies Parameters;

/** Time in which nobody asked beyond this share of the half-life counts as quiet: one look after a long silence proves little. */
const LONGEST_GAP = 0.5;
/** A level above this is a measurement gone wrong. */
const MOST_TOLD = 1e6;

export default {
  name: 'threshold',
  when: 'The lanes are to follow the load of the machine: a process per request when quiet, the daemon when busy, a page when drowning.',
  source:
    'Chris Siebenmann, "Taking advantage of polymorphic WSGI" and "How my CGI to CGI/SCGI frontend works" (2007).',
  parameters,
  signals: [
    'processors',
    'machineProcessors',
    'loadAverage',
    'running',
    'cpuPressure',
    'memoryPressure',
    'ioPressure',
    'lanes',
    'daemon',
    'inflight',
    'queued',
  ],
  reasons: ['quiet', 'busy', 'daemon_up', 'daemon_starting', 'daemon_failing', 'only_lane', 'drowning'],

  create({ parameters: set, clock, helpers, saved }) {
    // Drowning comes after busy, even if they were set the wrong way round.
    const shedAt = Math.max(set.shed, set.start);

    const busyArmed = helpers.hysteresis(set.start, set.start * set.falls_back);
    const shedArmed = helpers.hysteresis(shedAt, shedAt * set.falls_back);
    const busySustained = helpers.smoothed(set.half_life);
    const shedSustained = helpers.smoothed(set.half_life);
    const busyNow = helpers.hysteresis(set.start, set.start * set.falls_back);
    const drowningNow = helpers.hysteresis(shedAt, shedAt * set.falls_back);
    const longestGapMs = set.half_life * LONGEST_GAP;
    /** What was compared with the thresholds last. */
    let busyLevel = 0;
    let drowningLevel = 0;
    /** Requests of this application per processor, waiting ones included. */
    let ownLevel = 0;

    const before = readSaved(saved, clock.now());
    let lookedMs = before.atMs;
    let lastBusyMs = before.lastBusyMs;
    busySustained.feed(before.busy, lookedMs);
    shedSustained.feed(before.shed, lookedMs);
    if (before.drowning) drowningNow.feed(shedAt);

    /** Takes in the load as it is at this instant. To do so twice changes nothing. */
    function look(load: Load): void {
      const nowMs = clock.now();
      const processors = usable(load.processors);
      // Load average and running tasks are of the whole machine, of which this process may be allowed a part.
      const ofAll = Math.max(processors, measured(load.machineProcessors) ? load.machineProcessors : 0);
      const slots = load.inflight;
      const inflight = (slots.exec + slots.forward) / processors;
      const average = measured(load.loadAverage) ? load.loadAverage / ofAll : undefined;
      // What runs may be ours, as far as we have requests: those share the processors that we are allowed.
      const running = measured(load.running)
        ? Math.max(load.running / ofAll, Math.min(load.running / processors, inflight))
        : undefined;
      ownLevel = inflight + load.queued / processors;
      const demand = Math.max(running ?? 0, ownLevel);

      // Without a word from the load average (undefined) a threshold is not armed, and what was armed is so no longer.
      const armsBusy = busyArmed.feed(average ?? 0);
      const armsShed = shedArmed.feed(average ?? 0);
      const ofMachine = running ?? (average === undefined ? inflight : 0);

      if (nowMs - lookedMs > longestGapMs) {
        busySustained.feed(0, nowMs - longestGapMs);
        shedSustained.feed(0, nowMs - longestGapMs);
      }
      const busyFor = busySustained.feed(demand, nowMs);
      const shedFor = shedSustained.feed(ofMachine, nowMs);
      lookedMs = nowMs;

      busyLevel = armsBusy ? demand : busyFor;
      if (busyNow.feed(busyLevel)) lastBusyMs = nowMs;
      drowningLevel = armsShed ? Math.max(running ?? 0, inflight) : Math.min(ofMachine, shedFor);
      drowningNow.feed(drowningLevel);
    }

    function mustShed(load: Load): boolean {
      if (!drowningNow.on || ownLevel < set.spares || nobodyWaits(load, set.pressure)) return false;
      return !(set.daemon_up === 'always' && isUp(load));
    }

    return {
      arrive(_view, load) {
        look(load);
        return mustShed(load) ? { shed: 'drowning', retryAfterMs: set.retry_after } : undefined;
      },

      dispatch(_view, load) {
        look(load);
        if (mustShed(load)) return { lane: 'shed', reason: 'drowning', retryAfterMs: set.retry_after };
        const [first] = load.lanes;
        if (first === undefined) return undefined;
        if (load.lanes.length === 1) return { lane: first, reason: 'only_lane' };

        if (load.daemon === 'failing') return { lane: 'exec', reason: 'daemon_failing' };
        if (isUp(load)) {
          if (busyNow.on) return { lane: 'forward', reason: 'busy' };
          // One that somebody else runs is not ours to retire: to spare it would gain nothing.
          const needed = load.daemon === 'none' || clock.now() - lastBusyMs < set.quiet_after;
          return needed ? { lane: 'forward', reason: 'daemon_up' } : { lane: 'exec', reason: 'quiet' };
        }
        if (!busyNow.on) return { lane: 'exec', reason: 'quiet' };
        return set.while_starting === 'wait'
          ? { lane: 'forward', reason: 'daemon_starting' }
          : { lane: 'exec', reason: 'daemon_starting', warm: true };
      },

      explain(_view, load) {
        // A threshold that was reached is left further below.
        const left = (threshold: number, level: number, on: boolean) =>
          on && level < threshold ? threshold * set.falls_back : threshold;
        const pressure = highestPressure(load);
        const both = load.lanes.length > 1;
        const idleMs = clock.now() - lastBusyMs;
        const grounds: Ground[] = [];
        if (both)
          grounds.push({
            signal: 'load per processor (running tasks or requests, waiting ones included)',
            value: helpers.clamp(busyLevel, 0, MOST_TOLD),
            comparison: '>=',
            threshold: left(set.start, busyLevel, busyNow.on),
            parameter: 'start',
            means: 'the application is busy',
          });
        grounds.push({
          signal: 'load per processor (running tasks)',
          value: helpers.clamp(drowningLevel, 0, MOST_TOLD),
          comparison: '>=',
          threshold: left(shedAt, drowningLevel, drowningNow.on),
          parameter: 'shed',
          means: 'the machine is drowning',
        });
        if (drowningNow.on)
          grounds.push({
            signal: 'requests of the application per processor',
            value: helpers.clamp(ownLevel, 0, MOST_TOLD),
            comparison: '>=',
            threshold: set.spares,
            parameter: 'spares',
            means: 'it has its part in that, so visitors may be shed',
          });
        if (drowningNow.on && pressure !== undefined)
          grounds.push({
            signal: 'share of the time in which tasks wait for processor, memory or disk',
            value: pressure,
            comparison: '>=',
            threshold: set.pressure,
            parameter: 'pressure',
            means: 'that hurts, so visitors may be shed',
          });
        if (both && isUp(load) && load.daemon !== 'none' && !busyNow.on)
          grounds.push({
            signal: 'milliseconds since it was busy last',
            value: idleMs,
            comparison: '<',
            threshold: set.quiet_after,
            parameter: 'quiet_after',
            means: 'the daemon that is up is still used',
          });
        return grounds;
      },

      snapshot: () => ({
        atMs: lookedMs,
        lastBusyMs,
        busy: busySustained.value ?? 0,
        shed: shedSustained.value ?? 0,
        drowning: drowningNow.on,
      }),
    };
  },
} satisfies PolicyDefinition<typeof parameters>;

function measured(value: number | undefined): value is number {
  return value !== undefined && Number.isFinite(value);
}

/** Processors as a divisor: a cgroup may grant a part of one; what makes no sense counts as one. */
function usable(processors: number): number {
  return Number.isFinite(processors) && processors > 0 ? Math.max(processors, 0.05) : 1;
}

function isUp(load: Load): boolean {
  return load.lanes.includes('forward') && (load.daemon === 'up' || load.daemon === 'none');
}

/** True where pressure is measured and all of it is low: the numbers are high, but nobody suffers. */
function nobodyWaits(load: Load, pressure: number): boolean {
  const highest = highestPressure(load);
  return highest !== undefined && !(highest >= pressure);
}

/** Nothing where none is measured. */
function highestPressure({ cpuPressure, memoryPressure, ioPressure }: Load): number | undefined {
  let highest: number | undefined;
  if (measured(cpuPressure)) highest = cpuPressure;
  if (measured(memoryPressure)) highest = Math.max(highest ?? 0, memoryPressure);
  if (measured(ioPressure)) highest = Math.max(highest ?? 0, ioPressure);
  return highest;
}

/** What an earlier instance left. Without one, or with one of another clock: quiet, and the daemon just looked at. */
function readSaved(saved: Snapshot | undefined, nowMs: number) {
  const fresh = { atMs: nowMs, lastBusyMs: nowMs, busy: 0, shed: 0, drowning: false };
  if (saved === null || typeof saved !== 'object' || !('atMs' in saved)) return fresh;
  const { atMs, lastBusyMs, busy, shed, drowning } = saved;
  if (!isAmount(atMs) || !isAmount(lastBusyMs) || !isAmount(busy) || !isAmount(shed)) return fresh;
  if (atMs > nowMs || lastBusyMs > atMs) return fresh;
  return { atMs, lastBusyMs, busy, shed, drowning: drowning === true };
}

function isAmount(value: Snapshot | undefined): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
