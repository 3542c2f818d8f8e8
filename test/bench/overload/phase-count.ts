import { percentile } from '../../../src/lab/flood/percentile.ts';
import type { PhaseReport } from './phase-report.ts';
import type { VisitorEnd } from './visitor-end.ts';

/** Counts what becomes of the visitors of one phase. */
export class PhaseCount {
  readonly startMs: number;
  readonly endMs: number;
  readonly #rate: number;
  readonly #ends: Record<VisitorEnd, number> = { good: 0, late: 0, shed: 0, failed: 0, gone: 0 };
  readonly #served: number[] = [];
  readonly #shed: number[] = [];
  #visitors = 0;
  #attempts = 0;
  #firstGood = 0;
  #lastBadMs = 0;

  constructor(rate: number, startMs: number, durationMs: number) {
    this.#rate = rate;
    this.startMs = startMs;
    this.endMs = startMs + durationMs;
  }

  /** An attempt of somebody who came in this phase, whenever it is due. */
  attempted(attempt: number): void {
    if (attempt === 1) this.#visitors += 1;
    this.#attempts += 1;
  }

  /** The end of an attempt that was due in this phase. */
  ended(end: VisitorEnd, attempt: number, dueMs: number, latencyMs: number): void {
    this.#ends[end] += 1;
    if (end === 'good' && attempt === 1) this.#firstGood += 1;
    if (end === 'good' || end === 'late') this.#served.push(latencyMs);
    if (end === 'shed') this.#shed.push(latencyMs);
    if (end !== 'good') this.#lastBadMs = Math.max(this.#lastBadMs, dueMs - this.startMs);
  }

  /** @param since1970Ms what the clock's zero is, in milliseconds since 1970 */
  report(since1970Ms: number): PhaseReport {
    const seconds = (this.endMs - this.startMs) / 1000;
    const per = (count: number) => count / seconds;
    const { good, late, shed, failed, gone } = this.#ends;
    return {
      beganMs: since1970Ms + this.startMs,
      rate: this.#rate,
      offered: per(this.#visitors),
      good: per(good),
      firstGood: per(this.#firstGood),
      late: per(late),
      shed: per(shed),
      failed: per(failed),
      gone: per(gone),
      attemptsEach: this.#visitors === 0 ? 1 : this.#attempts / this.#visitors,
      p50: percentile(this.#served, 0.5),
      p99: percentile(this.#served, 0.99),
      shedP99: percentile(this.#shed, 0.99),
      lastBadMs: this.#lastBadMs,
    };
  }
}
