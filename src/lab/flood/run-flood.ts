import { Fault } from '../../core/fault.ts';
import type { Lane } from '../../core/lane.ts';
import type { Random } from '../../core/random.ts';
import { FloodDisplay, type FloodDisplayOptions } from './flood-display.ts';
import { floodTable } from './flood-table.ts';
import { type FloodTarget, floodTarget } from './flood-target.ts';
import type { GatewaySight } from './gateway-sight.ts';
import type { Phase } from './phase.ts';
import { PhaseTally } from './phase-tally.ts';
import { sendVisitors } from './send-visitors.ts';
import type { VisitEnd } from './visit.ts';
import { VisitorPool } from './visitor-pool.ts';

/** `admin`, such as `http://127.0.0.1:9180`: where the gateway's metrics are. Without it the lanes are not shown. */
export interface FloodOptions extends FloodDisplayOptions {
  /** What visitors ask for: `http://127.0.0.1:8080/`. This machine only. */
  readonly url: string;
  readonly phases: readonly Phase[];
  readonly random: Random;
}

const FIRST_ANSWER_MS = 5000;
/** How long the last visitors are waited for. */
const LAST_ANSWER_MS = 10_000;
/** Who comes when all of them are in use waits for one, and that counts. */
const MAX_CONNECTIONS = 1000;

/**
 * Sends visitors through all phases, shows what happens, and ends with a table. Takes as long as the phases and, if answers are
 * late, up to ten seconds more.
 * @returns the exit code: 0 where every visitor was answered, by the application or by the overload page
 * @throws Fault where the address is not this machine's, or nobody answers there
 */
export async function runFlood(options: FloodOptions): Promise<number> {
  const target = floodTarget(options.url);
  await expectAnswer(options, target);
  const { clock, random } = options;
  const tallies = options.phases.map((phase) => new PhaseTally(phase));
  const pool = poolFor(options, target);
  const display = new FloodDisplay(options);
  const sights = [display.look()];
  try {
    let startMs = clock.now();
    for (const tally of tallies) {
      display.enter(tally);
      await sendVisitors((visit) => pool.visit(visit), tally, startMs, clock, random);
      startMs += tally.phase.durationMs;
      if (tally !== tallies.at(-1)) sights.push(display.look());
    }
    await settle(options, pool);
    sights.push(display.look());
  } finally {
    display.end();
    pool.close('no answer in time');
  }
  const seen = await Promise.all(sights);
  for (const [index, tally] of tallies.entries()) tally.decisions = between(seen[index], seen[index + 1]);
  options.write(`\n${floodTable(tallies)}`);
  const failures = tallies.flatMap((tally) => [...tally.failures]);
  if (failures.length > 0) options.write(`failed: ${failureSummary(failures)}\n`);
  return failures.length > 0 ? 1 : 0;
}

function poolFor({ clock }: FloodOptions, target: FloodTarget): VisitorPool {
  return new VisitorPool({ ...target, maxConnections: MAX_CONNECTIONS, now: () => clock.now() });
}

/** One visitor ahead of all others. */
async function expectAnswer(options: FloodOptions, target: FloodTarget): Promise<void> {
  const pool = poolFor(options, target);
  const giveUp = () => pool.close(`no answer within ${FIRST_ANSWER_MS / 1000} s`);
  const takeBack = options.clock.after(FIRST_ANSWER_MS, giveUp);
  const end = await new Promise<VisitEnd>((ended) => {
    pool.visit({ intendedMs: options.clock.now(), ended });
  });
  takeBack();
  pool.close('');
  if (end.kind === 'unanswered') {
    const message = `expected a gateway that answers at ${options.url}, found: ${end.why}; is it started?`;
    throw new Fault('flood/no-answer', message);
  }
}

function settle({ clock }: FloodOptions, pool: VisitorPool): Promise<void> {
  const deadlineMs = clock.now() + LAST_ANSWER_MS;
  return new Promise((resolve) => {
    const look = () => {
      if (pool.pending === 0 || clock.now() >= deadlineMs) resolve();
      else clock.after(10, look);
    };
    look();
  });
}

/** Decisions between two looks; nothing where one of them failed. */
function between(
  before: GatewaySight | undefined,
  after: GatewaySight | undefined,
): Record<Lane, number> | undefined {
  if (before === undefined || after === undefined) return undefined;
  const during = (lane: Lane) => after.decisions[lane] - before.decisions[lane];
  return { exec: during('exec'), forward: during('forward'), shed: during('shed') };
}

/** `3 x no connection, 1 x status 502` */
function failureSummary(failures: readonly (readonly [why: string, times: number])[]): string {
  const sums = new Map<string, number>();
  for (const [why, times] of failures) sums.set(why, (sums.get(why) ?? 0) + times);
  return [...sums].map(([why, times]) => `${times} x ${why}`).join(', ');
}
