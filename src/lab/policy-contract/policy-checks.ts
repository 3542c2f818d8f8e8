import { isDeepStrictEqual } from 'node:util';
import type { Snapshot } from '../../core/policy.ts';
import type { Random } from '../../core/random.ts';
import { seededRandom } from '../../core/seeded-random.ts';
import { checkDefinition } from '../../policy/check-definition.ts';
import { decisionCostNs } from './decision-cost.ts';
import { explanationProblem } from './explanation-problem.ts';
import { idleLoad } from './idle-load.ts';
import type { PolicyCheck } from './policy-check.ts';
import { floodRequests, randomRequest, randomRequests, randomSnapshot } from './random-request.ts';
import { Trial } from './trial.ts';

/** Different histories that each check is made with. */
const HISTORIES = 100;
/** A snapshot goes into a file and through JSON at every one-shot request. */
const LONGEST_SNAPSHOT = 10_000;
const RECOVERY_MS = 5000;
const MOST_NS = 1000;
const MANY_VISITORS = 50_000;
const MOST_BYTES = 8 << 20;

/** What every policy must keep, whatever it decides. The same for those that come with Spillway and for operators' own. */
export const policyChecks: readonly PolicyCheck[] = [
  {
    sentence: 'is a definition that the loader takes, documented throughout',
    run: (definition) => {
      checkDefinition(definition, definition.name);
      const meanings = Object.entries(definition.parameters).map(
        ([key, { meaning }]) => [`parameters.${key}.meaning`, meaning] as const,
      );
      for (const [key, text] of [
        ['when', definition.when],
        ['source', definition.source],
        ...meanings,
      ] as const)
        if (text.length < 8 || !/[.:)]$/.test(text))
          return `expected a sentence with its full stop as ${key}, found "${text}"`;
      return undefined;
    },
  },
  {
    sentence:
      'answers any load with lanes of the application, declared reasons and bounded whole limits, and never throws',
    run: (definition) =>
      eachHistory((random) => new Trial(definition).askAll(randomRequests(random), definition.reasons)),
  },
  {
    sentence: 'gives the same answers to the same questions: no clock, chance or state but those it is given',
    run: (definition) =>
      eachHistory((random) => {
        const requests = randomRequests(random);
        const [one, other] = [new Trial(definition), new Trial(definition)];
        for (const request of requests) {
          const [first, second] = [one.ask(request), other.ask(request)];
          if (!isDeepStrictEqual(first, second))
            return `expected ${JSON.stringify(first)} again, found ${JSON.stringify(second)}`;
        }
        return undefined;
      }),
  },
  {
    sentence: 'gives the same lane when it is asked twice at one instant',
    run: (definition) =>
      eachHistory((random) => {
        const trial = new Trial(definition);
        for (const request of randomRequests(random)) trial.ask(request);
        const { view, load } = randomRequest(random);
        const first = trial.policy.dispatch?.(view, load)?.lane;
        const second = trial.policy.dispatch?.(view, load)?.lane;
        return first === second ? undefined : `expected ${first} again, found ${second}`;
      }),
  },
  {
    sentence:
      'says on what an answer rests, where it does, with finite numbers and at least one comparison that holds for a shed, and changes nothing by it',
    run: (definition) =>
      eachHistory(
        (random) =>
          explanationProblem(definition, randomRequests(random)) ??
          explanationProblem(definition, floodRequests(random)),
      ),
  },
  {
    sentence: 'sheds nobody any more 5 seconds after any load is gone',
    run: (definition) =>
      eachHistory((random) => {
        const trial = new Trial(definition);
        for (const request of randomRequests(random)) trial.ask(request);
        trial.advance(RECOVERY_MS);
        const { view } = randomRequest(random);
        const arrival = trial.policy.arrive?.(view, idleLoad());
        if (arrival !== undefined && 'shed' in arrival) return `arrive still sheds: ${arrival.shed}`;
        const dispatch = trial.policy.dispatch?.(view, idleLoad());
        return dispatch?.lane === 'shed' ? `dispatch still sheds: ${dispatch.reason}` : undefined;
      }),
  },
  {
    sentence: 'has no limit that stays low after a flood of failures',
    run: (definition) => {
      const trial = new Trial(definition);
      const limit = () => trial.policy.limit?.('exec');
      const before = limit();
      keepFull(trial, 'failed', 30_000);
      const during = limit();
      keepFull(trial, 'served', 20_000);
      const after = limit() ?? Number.POSITIVE_INFINITY;
      if (before === undefined || before < 2) return undefined;
      if (after > 1 && after >= Math.min(2, during ?? 2)) return undefined;
      return `expected it to recover to at least 2 within 20 s, found ${before} before, ${during} during and ${after} after`;
    },
  },
  {
    sentence: 'hands on what it has learned through JSON, small',
    run: (definition) =>
      eachHistory((random) => {
        const trial = new Trial(definition);
        for (const request of randomRequests(random)) trial.ask(request);
        const snapshot = trial.policy.snapshot?.();
        if (snapshot === undefined) return undefined;
        const text = JSON.stringify(snapshot);
        if (text.length > LONGEST_SNAPSHOT)
          return `expected a snapshot of at most ${LONGEST_SNAPSHOT} bytes, found ${text.length}`;
        const read: Snapshot = JSON.parse(text);
        const again = new Trial(definition, read, trial.nowMs).policy.snapshot?.();
        if (isDeepStrictEqual(again, read)) return undefined;
        return `expected ${text} from an instance that was made with it, found ${JSON.stringify(again)}`;
      }),
  },
  {
    sentence: 'begins with any saved state, a broken one included',
    run: (definition) =>
      eachHistory((random) => {
        const saved = randomSnapshot(random);
        const problem = new Trial(definition, saved).askAll(randomRequests(random), definition.reasons);
        return problem && `${problem}, begun with ${JSON.stringify(saved)}`;
      }),
  },
  {
    sentence: 'keeps its memory bounded, however many visitors come',
    run: (definition) => {
      const trial = new Trial(definition);
      const come = (visitors: number, from: number) => {
        for (let visitor = from; visitor < from + visitors; visitor++) askAs(trial, visitor);
      };
      come(MANY_VISITORS / 10, 0);
      const before = heapBytes();
      come(MANY_VISITORS, MANY_VISITORS);
      const grown = heapBytes() - before;
      return grown <= MOST_BYTES
        ? undefined
        : `expected it to keep nothing for each visitor, found ${Math.round(grown / MANY_VISITORS)} bytes for each`;
    },
  },
  {
    sentence: 'costs less than 1 µs a decision',
    run: (definition) => {
      const ns = decisionCostNs(definition, MOST_NS);
      return ns < MOST_NS ? undefined : `expected less than ${MOST_NS} ns, found ${Math.round(ns)} ns`;
    },
  },
];

/** The first problem over many histories, which are the same each time. */
function eachHistory(check: (random: Random) => string | undefined): string | undefined {
  for (let seed = 1; seed <= HISTORIES; seed++) {
    const problem = check(seededRandom(seed));
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** A lane that is always full: one outcome every 5 ms. */
function keepFull(trial: Trial, result: 'served' | 'failed', forMs: number): void {
  for (let passed = 0; passed < forMs; passed += 5) {
    const most = Math.min(trial.policy.limit?.('exec') ?? 1, 20);
    trial.ask({
      view: { meta: () => undefined, entries: () => [] },
      load: idleLoad({ inflight: { exec: most - 1, forward: 0 }, lanes: ['exec'] }),
      outcome: { lane: 'exec', result, waitMs: 0, firstByteMs: 12, busyMs: 12, totalMs: 12, inflight: most },
      gapMs: 5,
    });
  }
}

function askAs(trial: Trial, visitor: number): void {
  const address = `10.${(visitor >> 16) & 255}.${(visitor >> 8) & 255}.${visitor & 255}`;
  trial.ask({
    view: { meta: (name) => (name === 'REMOTE_ADDR' ? address : undefined), entries: () => [] },
    load: idleLoad({ queued: 3, oldestWaitMs: 100 }),
    outcome: {
      lane: 'exec',
      result: 'served',
      waitMs: 1,
      firstByteMs: 5,
      busyMs: 5,
      totalMs: 6,
      inflight: 1,
    },
    gapMs: 1,
  });
}

function heapBytes(): number {
  Bun.gc(true);
  return process.memoryUsage().heapUsed;
}
