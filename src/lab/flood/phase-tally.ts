import type { Lane } from '../../core/lane.ts';
import { percentile } from './percentile.ts';
import type { Phase } from './phase.ts';
import type { VisitEnd } from './visit.ts';

/** What became of the visitors who came in one phase. */
export class PhaseTally {
  readonly phase: Phase;
  offered = 0;
  /** Answers of the overload page. */
  shed = 0;
  /** No answer, and answers that say that something is broken (500 to 599, but not 503), by a short word. */
  readonly failures = new Map<string, number>();
  /** The gateway's decisions during this phase; nothing where it was not asked. */
  decisions: Readonly<Record<Lane, number>> | undefined;
  /** Of the answers that the application gave. */
  readonly #latenciesMs: number[] = [];

  constructor(phase: Phase) {
    this.phase = phase;
  }

  count(end: VisitEnd): void {
    if (end.kind === 'unanswered') this.#fail(end.why);
    else if (end.status === 503) this.shed++;
    else if (end.status >= 500) this.#fail(`status ${end.status}`);
    else this.#latenciesMs.push(end.latencyMs);
  }

  get answered(): number {
    return this.#latenciesMs.length;
  }

  get failed(): number {
    return [...this.failures.values()].reduce((sum, times) => sum + times, 0);
  }

  /** Milliseconds from the instant at which the visitor wanted to come; nothing where the application answered nobody. */
  latencyMs(share: number): number | undefined {
    return percentile(this.#latenciesMs, share);
  }

  #fail(why: string): void {
    this.failures.set(why, (this.failures.get(why) ?? 0) + 1);
  }
}
