import type { Load } from '../../core/load.ts';
import type { Outcome } from '../../core/outcome.ts';
import type { Snapshot } from '../../core/policy.ts';
import type { Random } from '../../core/random.ts';
import type { View } from '../../core/view.ts';

/** A request as a policy sees it, and how long after the one before it came. */
export interface RandomRequest {
  readonly view: View;
  readonly load: Load;
  readonly outcome: Outcome;
  readonly gapMs: number;
}

/** Any request under any load, with what no machine should measure among it. */
export function randomRequest(random: Random): RandomRequest {
  return {
    view: randomView(random),
    load: randomLoad(random),
    outcome: randomOutcome(random),
    gapMs: random() < 0.2 ? 0 : Math.floor(random() * 5000),
  };
}

export function randomRequests(random: Random): RandomRequest[] {
  return Array.from({ length: 1 + Math.floor(random() * 60) }, () => randomRequest(random));
}

/** Visitors come faster than they can be served, and now and then everything waits: who sheds at all does so here. */
export function floodRequests(random: Random): RandomRequest[] {
  return Array.from({ length: FLOOD }, (_, at) => {
    const isFull = at % 50 < 40;
    const exec = isFull ? 40 : 1;
    const share = isFull ? 1 : 0;
    return {
      view: randomView(random),
      load: {
        ...randomLoad(random),
        processors: 2,
        loadAverage: isFull ? 40 : 0,
        running: isFull ? 40 : 0,
        cpuPressure: share,
        memoryPressure: share,
        ioPressure: share,
        lanes: pick(random, LANES),
        inflight: { exec, forward: exec },
        queued: isFull ? 400 : 0,
        oldestWaitMs: isFull ? 2000 * random() : 0,
      },
      outcome: {
        lane: pick(random, ['exec', 'forward']),
        result: random() < 0.9 ? 'served' : 'failed',
        waitMs: 10,
        firstByteMs: 20 * random(),
        busyMs: 1 + 40 * random(),
        totalMs: 60,
        inflight: exec,
      },
      gapMs: Math.floor(20 * random()),
    };
  });
}

/** Anything that an earlier version, or a hand, may have left. */
export function randomSnapshot(random: Random, depth = 0): Snapshot {
  const kind = Math.floor(random() * (depth > 2 ? 5 : 8));
  const several = () =>
    Array.from({ length: Math.floor(random() * 4) }, () => randomSnapshot(random, depth + 1));
  if (kind === 0) return null;
  if (kind === 1) return random() < 0.5;
  if (kind === 2) return randomAmount(random);
  if (kind === 3) return pick(random, ['', 'x', '-1', '__proto__']);
  if (kind === 4) return Math.floor(random() * 100);
  if (kind === 5) return several();
  return Object.fromEntries(several().map((value) => [pick(random, KEYS), value]));
}

const KEYS = ['limit', 'exec', 'forward', 'atMs', 'a', 'level', 'constructor'];
const EXTREMES = [0, 1, 1e9, Number.MAX_VALUE, -1, Number.NaN, Number.POSITIVE_INFINITY];
const FLOOD = 150;
const LANES: readonly Load['lanes'][] = [['exec'], ['forward'], ['exec', 'forward'], ['forward', 'exec']];
const ADDRESSES = ['192.0.2.1', '2001:db8::1', '', 'unix', '::ffff:198.51.100.7', '999.1.1.1'];
const AGENTS = ['Mozilla/5.0 (X11; Linux x86_64)', 'Googlebot/2.1', '', '\xe9\x00'];

function pick<T>(random: Random, choices: readonly T[]): T {
  const chosen = choices[Math.floor(random() * choices.length)];
  if (chosen === undefined) throw new Error('expected something to choose from');
  return chosen;
}

function randomAmount(random: Random): number {
  return random() < 0.4 ? pick(random, EXTREMES) : random() * 100;
}

function perhaps(random: Random): number | undefined {
  return random() < 0.3 ? undefined : randomAmount(random);
}

function randomLoad(random: Random): Load {
  return {
    processors: randomAmount(random),
    machineProcessors: perhaps(random),
    loadAverage: perhaps(random),
    running: perhaps(random),
    cpuPressure: perhaps(random),
    memoryPressure: perhaps(random),
    ioPressure: perhaps(random),
    cpuBusy: perhaps(random),
    memoryAvailable: perhaps(random),
    eventLoopDelayMs: perhaps(random),
    lanes: pick(random, LANES),
    daemon: pick(random, ['none', 'down', 'starting', 'up', 'retiring', 'failing']),
    inflight: { exec: randomAmount(random), forward: randomAmount(random) },
    queued: randomAmount(random),
    oldestWaitMs: randomAmount(random),
  };
}

function randomOutcome(random: Random): Outcome {
  return {
    lane: pick(random, ['exec', 'forward', 'shed']),
    result: pick(random, ['served', 'failed', 'ignored']),
    waitMs: randomAmount(random),
    firstByteMs: perhaps(random),
    busyMs: randomAmount(random),
    totalMs: randomAmount(random),
    inflight: randomAmount(random),
  };
}

function randomView(random: Random): View {
  const variables = new Map([
    ['REQUEST_METHOD', pick(random, ['GET', 'POST', ''])],
    ['SCRIPT_NAME', ''],
    ['PATH_INFO', pick(random, ['/', '/search', `/${'a'.repeat(5000)}`])],
    ['REMOTE_ADDR', pick(random, ADDRESSES)],
    ['HTTP_USER_AGENT', pick(random, AGENTS)],
    ['HTTP_COOKIE', pick(random, ['', 'session=1', ';;=;'])],
  ]);
  // A request lacks what it lacks: every variable may be missing.
  for (const name of [...variables.keys()]) if (random() < 0.2) variables.delete(name);
  return { meta: (name) => variables.get(name), entries: () => variables };
}
