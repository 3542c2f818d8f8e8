/**
 * No visitor takes all: while requests have to wait, those who ask for most are shed first.
 *
 * Choose it where one crawler, one script or one network at times asks for more than everybody else together. While nobody waits it does
 * nothing, however much anybody asks for.
 *
 *     what each has had lately, in requests         level    comes down while requests wait, goes up when none do
 *
 *     198.51.100.0/24  ██████████████████████▒▒▒▒▒▒▒▒│▒▒▒▒▒  shed beyond the level
 *     192.0.2.0/24     ████████                      │
 *     2001:db8:1::/56  ███                           │
 *                      allowance: nobody is shed below it
 *
 * Everybody is an address range by default, since whoever wants to have many addresses of one network has them: a /24 of IPv4, a /56 of
 * IPv6, which is what one customer gets. `by` may name another variable, such as REMOTE_USER.
 *
 * What is counted are requests that were let in, and by what they took: one that took ten times the usual counts ten. It is forgotten
 * by half every `half_life`. Whoever is above the level is shed until it has sunk below it: so several who ask for too much end with the
 * same, and what the light ones leave is used (max-min fairness).
 *
 * Where a decision is explained it names the range, or the REMOTE_USER; of any other variable not the value, which may be a secret.
 *
 * Memory is bounded, however many addresses there are: each is hashed into one bucket of each of three rows, and the least of the
 * three counts (a count-min sketch). So a light visitor is taken for a heavy one only if he shares all three buckets with heavy ones;
 * the hashes are other ones in every process, so that nobody can aim at that.
 */
import type { Ground } from '../src/core/ground.ts';
import type { Parameters, TextProblem } from '../src/core/parameter.ts';
import type { Arrival, PolicyDefinition, Snapshot } from '../src/core/policy.ts';
import type { View } from '../src/core/view.ts';

const parameters = {
  by: {
    kind: 'text',
    default: 'REMOTE_ADDR',
    form: 'the name of a variable',
    meaning:
      'What tells visitors apart: an address counts by its range, anything else (REMOTE_USER) as it is. Who has none is never shed.',
    check: wrongVariable,
  },
  ipv4_prefix: {
    kind: 'integer',
    default: 24,
    minimum: 1,
    maximum: 32,
    unit: 'bits',
    meaning: 'IPv4 addresses that have so many bits in common are one visitor.',
  },
  ipv6_prefix: {
    kind: 'integer',
    default: 56,
    minimum: 1,
    maximum: 128,
    unit: 'bits',
    meaning: 'IPv6 addresses that have so many bits in common are one visitor.',
  },
  half_life: {
    kind: 'duration',
    default: 10_000,
    minimum: 100,
    maximum: 3_600_000,
    meaning: 'What a visitor has had counts half after this time.',
  },
  allowance: {
    kind: 'number',
    default: 10,
    minimum: 1,
    maximum: 1_000_000,
    unit: 'requests',
    meaning: 'Nobody is shed who has had fewer than this lately: a page with its pictures comes as a burst.',
  },
  wait: {
    kind: 'number',
    default: 0.5,
    minimum: 0.1,
    maximum: 1000,
    unit: 'times what a request takes',
    meaning: 'Requests that have to wait longer than this, and at least 5 ms, bring the level down.',
  },
} as const satisfies Parameters;

const ROWS = 3;
/** A power of two. */
const BUCKETS = 256;
/** The level moves by half in this time, milliseconds. */
const MOVES_MS = 500;
/** A longer time in which nobody came moves it no further. */
const LONGEST_GAP_MS = 10_000;
/** Nobody is asked back sooner or later than this. */
const SOONEST_BACK_MS = 1000;
const LATEST_BACK_MS = 60_000;
/** One request never counts more than so many. */
const MOST_EXPENSIVE = 100;
const SHORTEST_WAIT_MS = 5;
/** Counts are kept in units of an instant in the past; after so many half-lives of it they are brought up to date. */
const HALF_LIVES_BEHIND = 40;
/** Part of a new request in what requests usually take. */
const NEWEST = 0.05;
/** So much of a value that is no address tells visitors apart. */
const LONGEST_NAME = 256;
/** A wait or a count above this is a measurement gone wrong. */
const MOST_TOLD = 86_400_000;

export default {
  name: 'fair',
  when: 'One visitor or network at times asks for more than all others together: in a flood the heaviest are shed first.',
  source:
    'Approximate fair dropping (Pan, Breslau, Prabhakar, Shenker 2003) with a count-min sketch (Cormode, Muthukrishnan 2005).',
  parameters,
  signals: ['queued', 'oldestWaitMs'],
  reasons: ['over_fair_share'],

  create({ parameters: set, clock, random, helpers, saved }) {
    const before = readSaved(saved, clock.now());
    const seed = before?.seed ?? Math.floor(random() * 2 ** 32);
    const counts = before?.counts ?? new Float64Array(ROWS * BUCKETS);
    /** The instant in whose units the counts are. */
    let unitMs = before?.atMs ?? clock.now();
    let lookedMs = unitMs;
    /** Nobody may have had more than this; infinite while nobody has to wait. In requests, not in units. */
    let level = Number.POSITIVE_INFINITY;
    /** The most that anybody has had, in units. */
    let heaviest = counts.reduce((most, one) => Math.max(most, one), 0);
    let usualMs = before?.usualMs ?? 0;
    /** The latest request and its answer: to ask about it again changes nothing. */
    let asked: View | undefined;
    let askedMs = Number.NEGATIVE_INFINITY;
    let answer: Arrival | undefined;
    /** What the visitor of that request had had. */
    let askedHad = 0;
    const places = new Int32Array(ROWS);

    /** What a request of this instant counts in units. */
    function unit(nowMs: number): number {
      const halfLives = (nowMs - unitMs) / set.half_life;
      if (halfLives <= HALF_LIVES_BEHIND) return 2 ** Math.max(0, halfLives);
      const kept = 2 ** -halfLives;
      for (let at = 0; at < counts.length; at += 1) counts[at] = (counts[at] ?? 0) * kept;
      heaviest *= kept;
      unitMs = nowMs;
      return 1;
    }

    /** Sets `places`; false where nothing tells who it is. */
    function find(view: View): boolean {
      const who = view.meta(set.by);
      if (who === undefined || who === '') return false;
      const groups = helpers.parseAddress(who);
      let hash = seed;
      if (groups === undefined) {
        for (let at = Math.min(who.length, LONGEST_NAME) - 1; at >= 0; at -= 1)
          hash = mixed(hash ^ who.charCodeAt(at));
      } else {
        let bits: number = groups.length === 2 ? set.ipv4_prefix : set.ipv6_prefix;
        for (let at = 0; bits > 0 && at < groups.length; at += 1, bits -= 16)
          hash = mixed(hash ^ ((groups[at] ?? 0) & (bits >= 16 ? 0xffff : 0xffff << (16 - bits))));
      }
      for (let row = 0; row < ROWS; row += 1) {
        hash = mixed(hash + 0x9e3779b9);
        places[row] = row * BUCKETS + ((hash >>> 8) & (BUCKETS - 1));
      }
      return true;
    }

    /** As whom a visitor is counted; of a variable that may be a secret only its name. Nothing where nothing tells who it is. */
    function nameOf(view: View): string | undefined {
      const who = view.meta(set.by);
      if (who === undefined || who === '') return undefined;
      const groups = helpers.parseAddress(who);
      if (groups !== undefined)
        return rangeText(groups, groups.length === 2 ? set.ipv4_prefix : set.ipv6_prefix);
      return set.by === 'REMOTE_USER' ? who : `who has the same ${set.by}`;
    }

    /** In units, of whom `find` has found. */
    function had(): number {
      let least = Number.POSITIVE_INFINITY;
      for (let row = 0; row < ROWS; row += 1) least = Math.min(least, counts[places[row] ?? 0] ?? 0);
      return least;
    }

    /** Raises only what is needed to raise the least: buckets that are shared stay truer (conservative update). */
    function add(units: number): void {
      const sum = Math.max(0, had() + units);
      for (let row = 0; row < ROWS; row += 1) {
        const place = places[row] ?? 0;
        const one = counts[place] ?? 0;
        counts[place] = units > 0 ? Math.max(one, sum) : Math.max(0, one + units);
      }
      heaviest = Math.max(heaviest, sum);
    }

    function longestWaitMs(): number {
      return Math.max(SHORTEST_WAIT_MS, set.wait * usualMs);
    }

    function moveLevel(queued: number, oldestWaitMs: number, one: number, nowMs: number): void {
      const passedMs = helpers.clamp(nowMs - lookedMs, 0, LONGEST_GAP_MS);
      lookedMs = nowMs;
      const isFull = queued > 0 && oldestWaitMs > longestWaitMs();
      const most = heaviest / one;
      if (isFull) level = Math.max(set.allowance, Math.min(level, most) * 2 ** (-passedMs / MOVES_MS));
      else if (level <= most) level *= 2 ** (passedMs / MOVES_MS);
      else level = Number.POSITIVE_INFINITY;
    }

    return {
      arrive(view, load) {
        const nowMs = clock.now();
        const one = unit(nowMs);
        if (view === asked && nowMs === askedMs) return answer;
        asked = view;
        askedMs = nowMs;
        answer = undefined;
        askedHad = 0;
        moveLevel(load.queued, load.oldestWaitMs, one, nowMs);
        if (!find(view)) return undefined;
        const requests = had() / one;
        askedHad = requests;
        // Where nobody waits there is room: what the light ones leave is for everybody.
        if (requests < level || !(load.queued > 0)) {
          add(one);
          return undefined;
        }
        const backMs = set.half_life * Math.log2(requests / level);
        answer = {
          shed: 'over_fair_share',
          retryAfterMs: Math.round(helpers.clamp(backMs, SOONEST_BACK_MS, LATEST_BACK_MS)),
        };
        return answer;
      },

      outcome({ lane, result, busyMs }, view) {
        if (lane === 'shed') return;
        if (!(busyMs >= 0 && busyMs < 86_400_000)) return;
        if (usualMs > 0 && find(view)) {
          const times = helpers.clamp(busyMs / usualMs, 0, MOST_EXPENSIVE);
          add((times - 1) * unit(clock.now()));
        }
        if (result === 'served') usualMs = usualMs === 0 ? busyMs : usualMs + (busyMs - usualMs) * NEWEST;
      },

      explain(view, load) {
        const waits: Ground = {
          signal: 'longest wait in the queue (ms)',
          value: helpers.clamp(load.oldestWaitMs, 0, MOST_TOLD),
          comparison: '>',
          threshold: longestWaitMs(),
          parameter: 'wait',
          means: 'requests wait, and the level that nobody may be above comes down',
        };
        const visitor = nameOf(view);
        if (level === Number.POSITIVE_INFINITY || visitor === undefined) return [waits];
        const isLowest = level === set.allowance;
        return [
          waits,
          {
            signal: 'queued',
            value: helpers.clamp(load.queued, 0, MOST_TOLD),
            comparison: '>',
            threshold: 0,
            means: 'there is no room, and whoever is above the level is shed',
          },
          {
            signal: 'requests that the visitor has had lately',
            visitor,
            value: askedHad,
            comparison: '>=',
            threshold: level,
            ...(isLowest && { parameter: 'allowance' }),
            means: 'the visitor is above the level, with more than a fair share',
          },
        ];
      },

      snapshot() {
        const one = unit(lookedMs);
        return {
          atMs: lookedMs,
          seed,
          usualMs: rounded(usualMs),
          counts: Array.from(counts, (count) => rounded(count / one)),
        };
      },
    };
  },
} satisfies PolicyDefinition<typeof parameters>;

/** Such as 192.0.2.0/24 and 2001:db8:1::/56. */
function rangeText(groups: readonly number[], prefix: number): string {
  const masked = groups.map((group, at) => {
    const bits = Math.max(0, Math.min(16, prefix - 16 * at));
    return group & (0xffff << (16 - bits)) & 0xffff;
  });
  if (masked.length === 2)
    return `${masked.flatMap((group) => [group >> 8, group & 255]).join('.')}/${prefix}`;
  const last = masked.findLastIndex((group) => group !== 0);
  const shown = masked.slice(0, last + 1).map((group) => group.toString(16));
  return `${shown.join(':')}${shown.length < masked.length ? '::' : ''}/${prefix}`;
}

/** The finalizer of MurmurHash3 (Appleby): every bit of a number moves every other. */
function mixed(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** To one decimal: a snapshot is to be small. */
function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

function wrongVariable(text: string): TextProblem | undefined {
  if (/^[A-Z][A-Z0-9_]*$/.test(text)) return undefined;
  return { line: 1, column: 1, expected: 'the name of a variable such as REMOTE_ADDR', found: `"${text}"` };
}

interface Saved {
  readonly atMs: number;
  readonly seed: number;
  readonly usualMs: number;
  readonly counts: Float64Array;
}

/** Nothing where it is of another form or of another clock. */
function readSaved(saved: Snapshot | undefined, nowMs: number): Saved | undefined {
  if (saved === null || typeof saved !== 'object' || !('counts' in saved)) return undefined;
  const { atMs, seed, usualMs, counts } = saved as { readonly [key: string]: Snapshot };
  if (!isAmount(atMs) || !isAmount(seed) || !isAmount(usualMs) || !Array.isArray(counts)) return undefined;
  if (atMs > nowMs || counts.length !== ROWS * BUCKETS || !counts.every(isAmount)) return undefined;
  return { atMs, seed, usualMs, counts: Float64Array.from(counts) };
}

function isAmount(value: Snapshot | undefined): value is number {
  return typeof value === 'number' && value >= 0 && value < 1e15;
}
