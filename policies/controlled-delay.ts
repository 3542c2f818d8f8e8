/**
 * Controlled delay: a queue that gets empty now and then is a good one, a queue that stands is of no use to anybody.
 *
 * Choose it when the number of requests at once is right already (your own number, or another policy of the chain) and what is
 * wrong is the waiting: everybody waits for seconds, and most of those who are served at last have left.
 *
 *                first in the queue waited longer than `target`,
 *                and the queue did not get empty, for an interval
 *                or: to work the queue off would take an interval
 *       relaxed ------------------------------------------------> congested
 *       oldest first,          <-----------------------------     newest first,
 *       wait up to the interval       the queue got empty         wait up to the target
 *
 * Those who have just come are served at once, and who has waited longer than the target is told to come back: he would
 * have been late anyway. The papers have a target of 5 ms and an interval of 100 ms, which shed everything when a
 * request takes 100 ms; so here the target is `target` times what a request takes (at least 5 ms), and the interval ten times
 * what it takes (250 ms to 5 s). Who was congested less than an interval ago is so again as soon as the target is missed.
 *
 * What it cannot do: find how many requests at once are right. Without another limiter in the chain they are
 * `at_once` per processor, which fits programs that compute; for programs that sleep put `gradient` beside it and set `at_once: 0`.
 */
import type { Ground } from '../src/core/ground.ts';
import type { RunLane } from '../src/core/lane.ts';
import type { Load } from '../src/core/load.ts';
import type { Parameters } from '../src/core/parameter.ts';
import type { PolicyDefinition, Snapshot } from '../src/core/policy.ts';

const parameters = {
  target: {
    kind: 'number',
    default: 1.5,
    minimum: 0.1,
    maximum: 1000,
    unit: 'times what a request takes',
    meaning: 'How long a request may wait while the queue stands; at least 5 ms.',
  },
  at_once: {
    kind: 'number',
    default: 2,
    minimum: 0,
    maximum: 1000,
    unit: 'requests per processor',
    meaning: 'How many requests may be in a lane at once (0: another policy of the chain says so).',
  },
} as const satisfies Parameters;

const LEAST_TARGET_MS = 5;
/** What a request takes is a mean over about this many. */
const MEMORY = 64;
const LONGEST_TIME_MS = 86_400_000;
const MOST_AT_ONCE = 10_000;
/** A count above this is a measurement gone wrong. */
const MOST_TOLD = 1e6;

export default {
  name: 'controlled-delay',
  when: 'The number of requests at once is right, and the queue before it makes everybody wait: newest first while it stands.',
  source:
    'Nichols and Jacobson, "Controlling Queue Delay" (2012); Maurer, "Fail at Scale" (2015), with its adaptive last in, first out.',
  parameters,
  signals: ['processors', 'inflight', 'queued', 'oldestWaitMs'],
  reasons: [],

  create({ parameters: set, clock, helpers, saved }) {
    let processors = 1;
    let usualMs = readSaved(saved);
    let count = usualMs === undefined ? 0 : MEMORY;
    let congested = false;
    /** Since when somebody has waited too long without a pause; nothing where nobody has. */
    let lateSinceMs: number | undefined;
    /** When it was congested last. */
    let leftMs = Number.NEGATIVE_INFINITY;

    const targetMs = () => helpers.clamp(set.target * (usualMs ?? 0), LEAST_TARGET_MS, 10_000);
    const intervalMs = () => helpers.clamp(10 * (usualMs ?? 0), 250, 5000);

    function look(load: Load): void {
      if (Number.isFinite(load.processors) && load.processors > 0) processors = load.processors;
      const nowMs = clock.now();
      if (!(load.queued > 0)) {
        if (congested) leftMs = nowMs;
        congested = false;
        lateSinceMs = undefined;
        return;
      }
      const inflight = helpers.clamp(load.inflight.exec + load.inflight.forward, 1, MOST_AT_ONCE);
      if ((load.queued * (usualMs ?? 0)) / inflight > intervalMs()) congested = true;
      // While congested the waits are short: that is the cure at work, and only an empty queue ends it.
      if (load.oldestWaitMs > targetMs()) lateSinceMs ??= nowMs;
      else lateSinceMs = undefined;
      if (lateSinceMs !== undefined && nowMs - lateSinceMs >= bearMs()) congested = true;
    }

    /** How long the target may be missed. */
    function bearMs(): number {
      return clock.now() - leftMs < intervalMs() ? 0 : intervalMs();
    }

    function limit(): number {
      return Math.ceil(helpers.clamp(processors * set.at_once, 1, MOST_AT_ONCE));
    }

    function queueGrounds(load: Load): Ground[] {
      const queued = helpers.clamp(load.queued, 0, MOST_TOLD);
      const waits = {
        signal: 'longest wait in the queue (ms)',
        value: helpers.clamp(load.oldestWaitMs, 0, LONGEST_TIME_MS),
        comparison: '>=',
      } as const;
      const target = {
        threshold: targetMs(),
        ...(targetMs() > LEAST_TARGET_MS && { parameter: 'target' }),
      };
      const isTooLong = 'who has waited so long is shed';
      if (congested)
        return [
          {
            signal: 'queued',
            value: queued,
            comparison: '>',
            threshold: 0,
            means:
              'the queue stood and is not empty yet: the newest is served first, and nobody waits longer than the target',
          },
          { ...waits, ...target, means: isTooLong },
        ];
      const stands = 'the queue stands: the newest is served first, and nobody waits longer than the target';
      const inflight = helpers.clamp(load.inflight.exec + load.inflight.forward, 1, MOST_AT_ONCE);
      return [
        {
          ...waits,
          ...target,
          comparison: '>',
          means: 'that is longer than the target, which may not last for an interval',
        },
        {
          signal: 'time for which the wait has been longer than the target (ms)',
          value: lateSinceMs === undefined ? 0 : clock.now() - lateSinceMs,
          comparison: '>=',
          threshold: Math.max(bearMs(), 1),
          means: stands,
        },
        {
          signal: 'time to work the queue off (ms)',
          value: (queued * (usualMs ?? 0)) / inflight,
          comparison: '>',
          threshold: intervalMs(),
          means: stands,
        },
        { ...waits, threshold: intervalMs(), means: isTooLong },
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

      limit(_lane: RunLane) {
        if (set.at_once === 0) return undefined;
        return limit();
      },

      queue: () =>
        congested
          ? { order: 'newest-first', maxWaitMs: targetMs() }
          : { order: 'oldest-first', maxWaitMs: intervalMs() },

      outcome({ lane, result, busyMs }) {
        // What was shed or failed took no time that says anything.
        if (lane === 'shed' || result !== 'served' || !(busyMs >= 0 && busyMs <= LONGEST_TIME_MS)) return;
        count = Math.min(count + 1, MEMORY);
        usualMs = (usualMs ?? 0) + (busyMs - (usualMs ?? 0)) / count;
      },

      explain: (_view, load) => [
        ...(set.at_once === 0 ? [] : load.lanes).map(
          (name): Ground => ({
            signal: `inflight.${name}`,
            value: helpers.clamp(load.inflight[name], 0, MOST_TOLD),
            comparison: '>=',
            threshold: limit(),
            parameter: 'at_once',
            means: `the lane ${name} is full, and whoever comes waits`,
          }),
        ),
        ...queueGrounds(load),
      ],

      snapshot: () => ({ usualMs: usualMs ?? null }),
    };
  },
} satisfies PolicyDefinition<typeof parameters>;

function readSaved(saved: Snapshot | undefined): number | undefined {
  if (saved === null || typeof saved !== 'object' || !('usualMs' in saved)) return undefined;
  const { usualMs } = saved;
  return typeof usualMs === 'number' && usualMs >= 0 && usualMs <= LONGEST_TIME_MS ? usualMs : undefined;
}
