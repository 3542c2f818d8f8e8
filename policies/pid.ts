/**
 * A share of the visitors is refused at the door, and a controller finds the share: those who are let in are served.
 *
 * Choose it when refusing early is worth more than waiting, and when it matters who is refused: a visitor who was let in
 * stays in (he is told by his address), one who is logged in or sends a form is refused last.
 *
 *     each 100 ms, or longer until some were done:
 *         error = (let in - done) / the greater      -1 to 1: more come in than go out
 *               + (waiting - free - wanted) / wanted       as much: too many wait, or places are free
 *         let-in share = let-in share * exp(-`gain` * error)       0.01 to 1; what is left is refused
 *
 *     error > 0, too many  --->  fewer are let in: the share refused GROWS
 *     error < 0, too few   --->  more are let in:  the share refused SHRINKS
 *
 * So "let in - done" damps what "waiting" drives: the P and the I of a PID whose output is the change of the share. A D would
 * only amplify the noise of counting requests. Everything is in proportion, so it is the same for ten requests a second and for ten
 * thousand. Shedding begins when more than `queue` times the places wait.
 *
 *     rank    0 ................ cut ..................... 127        class (nobody's, a form, logged in, both) and
 *             refused   | some  | let in                              in each class 32 groups of visitors
 *
 * The cut lies where the recent requests below it are the share. Groups change places every ten minutes, so that
 * nobody is the last for ever.
 *
 * What it cannot do: react within the first 100 ms, in which a flood fills the queue. And it does not find how many requests at once are right:
 * without another limiter in the chain they are `at_once` per processor. A cookie is no proof: whoever floods may send one
 * (`keep: nobody`, or the policy `fair`).
 */
import type { Ground } from '../src/core/ground.ts';
import type { Load } from '../src/core/load.ts';
import type { Outcome } from '../src/core/outcome.ts';
import type { Parameters } from '../src/core/parameter.ts';
import type { PolicyDefinition, Snapshot } from '../src/core/policy.ts';
import type { View } from '../src/core/view.ts';

const parameters = {
  at_once: {
    kind: 'number',
    default: 2,
    minimum: 0,
    maximum: 1000,
    unit: 'requests per processor',
    meaning: 'How many requests may be in a lane at once (0: another policy of the chain says so).',
  },
  queue: {
    kind: 'number',
    default: 2,
    minimum: 0.5,
    maximum: 100,
    unit: 'requests per place',
    meaning: 'So many may wait for each place in a lane before visitors are refused.',
  },
  gain: {
    kind: 'number',
    default: 0.3,
    minimum: 0.01,
    maximum: 1,
    unit: 'share of the error, each step',
    meaning: 'How fast the refused share follows: more is faster and swings more.',
  },
  keep: {
    kind: 'choice',
    default: 'both',
    choices: ['nobody', 'cookie', 'writes', 'both'],
    meaning:
      'Who is refused last: who sends a cookie, who sends a form (neither GET nor HEAD), both, or nobody.',
  },
  retry_after: {
    kind: 'duration',
    default: 5000,
    minimum: 1000,
    maximum: 3_600_000,
    meaning: 'When a visitor who was refused may come back at the earliest; the page spreads it.',
  },
} as const satisfies Parameters;

const STEP_MS = 100;
/** After this long without a step what was known is over. */
const FORGOTTEN_MS = 2000;
/** Of a count, what the latest step is worth. */
const NEW = 0.6;
/** A step ends when so many were done, so that it tells something; or after the longest time. */
const ENOUGH_DONE = 8;
const LONGEST_STEP_MS = 500;
/** At least the requests done in this share of a step may wait: the queue of short requests changes as fast. */
const WANTED_STEPS = 0.3;
/** How much the error of the queue weighs, and how far it goes. */
const STIFFNESS = 0.15;
const FURTHEST = 2;
const LEAST_LET_IN = 0.01;
const GROUPS = 32;
const RANKS = 4 * GROUPS;
const GROUPS_CHANGE_MS = 600_000;
/** What is left of the distribution of ranks after a step. */
const REMEMBERED = 0.95;
const MOST_AT_ONCE = 10_000;
/** A count above this is a measurement gone wrong. */
const MOST_TOLD = 1e6;

export default {
  name: 'pid',
  when: 'A share of the visitors is to be refused at the door, the least important first, and those who are let in do not wait long.',
  source:
    'Uber Engineering, "Cinnamon: Using Century Old Tech to Build a Mean Load Shedder" (2023), with the sign of its error checked.',
  parameters,
  signals: ['processors', 'lanes', 'inflight', 'queued'],
  reasons: ['refused_share'],

  create({ parameters: set, clock, random, helpers, saved }) {
    let processors = 1;
    let letIn = savedLetIn(saved);
    /** Requests that wait less places that are free: the mean of this step's looks. */
    let surplus = 0;
    let looks = 0;
    let stepMs = clock.now();
    const counts: Counts = { admitted: 0, done: 0 };
    let rates: Counts = { admitted: 0, done: 0 };
    let ranks: number[] = Array.from({ length: RANKS }, () => 0);
    let cut: Cut = { rank: 0, share: 0 };
    /** What a request takes, milliseconds. */
    let usualMs = 0;
    /** What the last step compared; nothing before the first. */
    let judged: Judged | undefined;
    /** Who is exactly at the cut is refused by chance: the last that was drawn. */
    let drawn = 1;
    findCut();

    const places = () => Math.ceil(helpers.clamp(processors * (set.at_once || 2), 1, MOST_AT_ONCE));

    function look(load: Load): void {
      if (Number.isFinite(load.processors) && load.processors > 0) processors = load.processors;
      const nowMs = clock.now();
      const passedMs = nowMs - stepMs;
      const { inflight, lanes } = load;
      const all = places() * lanes.length;
      const waiting = helpers.clamp(load.queued, 0, MOST_AT_ONCE);
      const free = waiting > 0 ? 0 : helpers.clamp(all - inflight.exec - inflight.forward, 0, all);
      looks += 1;
      surplus += (waiting - free - surplus) / looks;
      // While places are free, too many are refused: that is told by nobody's end.
      const isTold = counts.done >= ENOUGH_DONE || surplus < 0 || passedMs >= LONGEST_STEP_MS;
      if (passedMs < STEP_MS || !isTold) return;
      stepMs = nowMs;
      if (passedMs >= FORGOTTEN_MS) {
        letIn = 1;
        judged = undefined;
        rates = { admitted: 0, done: 0 };
      } else {
        for (const key of ['admitted', 'done'] as const)
          rates[key] += NEW * ((counts[key] * STEP_MS) / passedMs - rates[key]);
        const wanted = Math.max(set.queue * all, WANTED_STEPS * rates.done);
        judged = { surplus, wanted, isByQueue: wanted === set.queue * all, error: error(wanted) };
        letIn = helpers.clamp(letIn * Math.exp(-set.gain * judged.error), LEAST_LET_IN, 1);
      }
      counts.admitted = 0;
      counts.done = 0;
      looks = 0;
      surplus = 0;
      ranks = ranks.map((count) => count * REMEMBERED);
      findCut();
    }

    /** Above 0 there are too many, below too few. */
    function error(wanted: number): number {
      if (letIn === 1 && surplus <= wanted) return 0;
      const flow = (rates.admitted - rates.done) / Math.max(rates.admitted, rates.done, 1);
      const weight = surplus < 0 ? 2 : STIFFNESS;
      return flow + weight * helpers.clamp((surplus - wanted) / wanted, -FURTHEST, FURTHEST);
    }

    /** The rank below which the recent requests are the share to be refused. */
    function findCut(): void {
      let wanted = (1 - letIn) * ranks.reduce((sum, count) => sum + count, 0);
      for (let rank = 0; rank < RANKS; rank += 1) {
        const count = ranks[rank] ?? 0;
        if (wanted < count || rank === RANKS - 1) {
          cut = { rank, share: count > 0 ? helpers.clamp(wanted / count, 0, 1 - LEAST_LET_IN) : 1 - letIn };
          return;
        }
        wanted -= count;
      }
    }

    const asksCookie = set.keep === 'cookie' || set.keep === 'both';
    const asksMethod = set.keep === 'writes' || set.keep === 'both';

    function rankOf(view: View): number {
      const isKnown = asksCookie && view.meta('HTTP_COOKIE') !== undefined;
      const method = asksMethod ? (view.meta('REQUEST_METHOD') ?? 'GET') : 'GET';
      const isWrite = method !== 'GET' && method !== 'HEAD';
      const group = hash(view.meta('REMOTE_ADDR') ?? '') + Math.floor(clock.now() / GROUPS_CHANGE_MS);
      return ((isKnown ? 2 : 0) + (isWrite ? 1 : 0)) * GROUPS + (group % GROUPS);
    }

    /** By the last draw, where it is by chance. */
    function isRefused(rank: number): boolean {
      return letIn < 1 && (rank < cut.rank || (rank === cut.rank && drawn < cut.share));
    }

    /** Whom it meets, while any are refused. */
    function rankGrounds(view: View): Ground[] {
      const rank = rankOf(view);
      const isAtCut = rank === cut.rank;
      const cookie = asksCookie ? [rank >= 2 * GROUPS ? 'with a cookie' : 'without a cookie'] : [];
      const form = asksMethod ? [(rank / GROUPS) & 1 ? 'with a form' : 'without a form'] : [];
      const who = [...cookie, ...form, `address group ${rank % GROUPS} of ${GROUPS}`].join(', ');
      const grounds: Ground[] = [
        {
          signal: `rank of the visitor by \`keep\` (${who}; 0 is refused first, ${RANKS - 1} last)`,
          value: rank,
          comparison: isAtCut ? '<=' : '<',
          threshold: cut.rank,
          means: isAtCut ? 'of such visitors some are refused, by chance' : 'all such visitors are refused',
        },
      ];
      if (isAtCut)
        grounds.push({
          signal: 'what chance drew for the visitor, 0 to 1',
          value: drawn,
          comparison: '<',
          threshold: cut.share,
          means: 'this one was refused',
        });
      return grounds;
    }

    /** What the controller works on: why the share is what it is. */
    function errorGrounds({ surplus: tooMany, wanted, isByQueue, error: off }: Judged): Ground[] {
      return [
        {
          signal: 'requests that waited, less places that were free',
          value: tooMany,
          comparison: '>',
          threshold: wanted,
          ...(isByQueue && { parameter: 'queue' }),
          means: 'too many wait',
        },
        {
          signal: 'requests let in each 100 ms',
          value: rates.admitted,
          comparison: '>',
          threshold: rates.done,
          means: 'more come in than are done',
        },
        {
          signal: 'error of both together',
          value: off,
          comparison: '>',
          threshold: 0,
          means: 'the refused share grows',
        },
      ];
    }

    return {
      arrive(view, load) {
        look(load);
        const rank = rankOf(view);
        ranks[rank] = (ranks[rank] ?? 0) + 1;
        if (letIn < 1 && rank === cut.rank) drawn = random();
        if (isRefused(rank)) return { shed: 'refused_share', retryAfterMs: set.retry_after };
        counts.admitted += 1;
        return undefined;
      },

      limit() {
        return set.at_once === 0 ? undefined : places();
      },

      queue() {
        if (letIn === 1) return undefined;
        return { maxWaitMs: helpers.clamp(1.5 * (set.queue + 1) * usualMs, 50, 10_000) };
      },

      outcome({ lane, result, busyMs }: Outcome) {
        if (lane === 'shed') return;
        counts.done += 1;
        if (result === 'served' && busyMs >= 0 && busyMs < 86_400_000)
          usualMs += (busyMs - usualMs) / (usualMs === 0 ? 1 : 32);
      },

      explain: (view, load) => [
        {
          signal: 'percent of the visitors that are refused at present',
          value: 100 * (1 - letIn),
          comparison: '>',
          threshold: 0,
          means: 'more visitors come than can be served, and so many of them are refused',
        },
        ...(letIn < 1 ? rankGrounds(view) : []),
        ...(judged === undefined ? [] : errorGrounds(judged)),
        ...(set.at_once === 0 || isRefused(rankOf(view)) ? [] : load.lanes).map(
          (name): Ground => ({
            signal: `inflight.${name}`,
            value: helpers.clamp(load.inflight[name], 0, MOST_TOLD),
            comparison: '>=',
            threshold: places(),
            parameter: 'at_once',
            means: `the lane ${name} is full, and whoever comes waits`,
          }),
        ),
      ],

      snapshot: () => ({ letIn }),
    };
  },
} satisfies PolicyDefinition<typeof parameters>;

/** Requests in 100 ms. */
interface Counts {
  /** Not refused by this policy. */
  admitted: number;
  /** Ended, however, without being shed. */
  done: number;
}

interface Judged {
  /** As the mean of the step. */
  readonly surplus: number;
  readonly wanted: number;
  /** It is the parameter `queue` that says how many are wanted. */
  readonly isByQueue: boolean;
  readonly error: number;
}

interface Cut {
  /** All below it are refused. */
  readonly rank: number;
  /** And this share of its own. */
  readonly share: number;
}

/** FNV-1a, 24 bits of it. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return (value >>> 8) & 0xffffff;
}

function savedLetIn(saved: Snapshot | undefined): number {
  if (saved === null || typeof saved !== 'object' || !('letIn' in saved)) return 1;
  const { letIn } = saved;
  return typeof letIn === 'number' && letIn >= LEAST_LET_IN && letIn <= 1 ? letIn : 1;
}
