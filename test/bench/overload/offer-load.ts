/**
 * Visitors who come by chance at given rates, whatever the server does: `bun offer-load.ts PORT RATE:MS[,RATE:MS…]`. Prints a JSON array with
 * a `PhaseReport` for each phase. Latency counts from the instant at which a visitor wanted to come.
 */

import { percentile } from '../../../src/lab/flood/percentile.ts';
import { PoissonArrivals } from '../../../src/lab/flood/poisson-arrivals.ts';
import { SystemClock } from '../../../src/system/system-clock.ts';
import type { PhaseReport } from './phase-report.ts';
import { Visitor, type VisitorEnd } from './visitor.ts';

const GOOD_MS = 1000;
const PATIENCE_MS = 5000;

const [port = '', written = ''] = process.argv.slice(2);
const clock = new SystemClock();
const now = () => clock.now();

class Phase {
  readonly rate: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly arrivals: PoissonArrivals;
  readonly ends: Record<VisitorEnd, number> = { good: 0, late: 0, shed: 0, failed: 0, gone: 0 };
  readonly #served: number[] = [];
  readonly #shed: number[] = [];
  #lastBadMs = 0;

  constructor(rate: number, startMs: number, durationMs: number) {
    this.rate = rate;
    this.startMs = startMs;
    this.endMs = startMs + durationMs;
    this.arrivals = new PoissonArrivals(rate, startMs, durationMs, Math.random);
  }

  count(end: VisitorEnd, intendedMs: number, latencyMs: number): void {
    this.ends[end] += 1;
    if (end === 'good' || end === 'late') this.#served.push(latencyMs);
    if (end === 'shed') this.#shed.push(latencyMs);
    if (end !== 'good') this.#lastBadMs = Math.max(this.#lastBadMs, intendedMs - this.startMs);
  }

  report(): PhaseReport {
    const seconds = (this.endMs - this.startMs) / 1000;
    const per = (count: number) => count / seconds;
    const { good, late, shed, failed, gone } = this.ends;
    return {
      rate: this.rate,
      offered: per(good + late + shed + failed + gone),
      good: per(good),
      late: per(late),
      shed: per(shed),
      failed: per(failed),
      gone: per(gone),
      p50: percentile(this.#served, 0.5),
      p99: percentile(this.#served, 0.99),
      shedP99: percentile(this.#shed, 0.99),
      lastBadMs: this.#lastBadMs,
    };
  }
}

let startMs = now() + 50;
const phases = written.split(',').map((one) => {
  const [rate = 0, durationMs = 0] = one.split(':').map(Number);
  const phase = new Phase(rate, startMs, durationMs);
  startMs += durationMs;
  return phase;
});
let waiting: Visitor[] = [];
for (const phase of phases) {
  while (now() < phase.endMs) {
    for (let due = phase.arrivals.take(now()); due !== undefined; due = phase.arrivals.take(now()))
      come(phase, due);
    leave();
    await Bun.sleep(1);
  }
}
while (waiting.length > 0) {
  leave();
  await Bun.sleep(5);
}
process.stdout.write(JSON.stringify(phases.map((phase) => phase.report())));
process.exit(0);

function come(phase: Phase, intendedMs: number): void {
  const ended = (end: VisitorEnd, latencyMs: number) => phase.count(end, intendedMs, latencyMs);
  const options = { port: Number(port), intendedMs, patienceMs: PATIENCE_MS, goodMs: GOOD_MS, now, ended };
  waiting.push(new Visitor(options));
}

/** Whose patience is over; in the order in which they came. */
function leave(): void {
  const nowMs = now();
  for (const visitor of waiting) if (!visitor.over && visitor.dueMs <= nowMs) visitor.giveUp();
  if (waiting[0]?.over !== false) waiting = waiting.filter((visitor) => !visitor.over);
}
