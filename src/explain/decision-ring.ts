import type { Clock } from '../core/clock.ts';
import type { ExchangeRecord, Observer } from '../core/observer.ts';
import type { DecisionRecord } from '../log/decision-record.ts';
import { decisionRecordOf, type TracedRecord } from '../log/decision-record-of.ts';

export interface DecisionRingOptions {
  /** How many are kept, from 1. */
  readonly keep: number;
  readonly retentionMs: number;
  /** The gateway's. */
  readonly clock: Pick<Clock, 'now'>;
  /** Milliseconds since 1970. */
  readonly wallClock?: () => number;
}

/** A path may be as long as a head. */
const LONGEST_PATH = 1024;

/**
 * The last decisions with their numbers, for an operator who asks. Bounded in number and in time; of a request it keeps the method and the
 * path. Needs traced records.
 */
export class DecisionRing implements Observer {
  readonly #options: Required<DecisionRingOptions>;
  /** By the id of the request, the oldest first. */
  readonly #kept = new Map<string, TracedRecord & { readonly finishedMs: number }>();

  constructor({ wallClock = Date.now, ...options }: DecisionRingOptions) {
    this.#options = { ...options, wallClock };
  }

  get size(): number {
    return this.#kept.size;
  }

  finished(record: ExchangeRecord): void {
    const { view, trace, ...rest } = record;
    if (trace === undefined || record.application === '') return;
    const { clock, wallClock, keep } = this.#options;
    const finishedMs = clock.now();
    // A front server may give an id twice: the latest is the one that is asked for.
    this.#kept.delete(record.id);
    this.#kept.set(record.id, {
      ...rest,
      trace,
      finishedMs,
      arrivedWallMs: wallClock() - (finishedMs - trace.arrivedMs),
      variables: {
        meta: {
          REQUEST_METHOD: view.meta('REQUEST_METHOD') ?? '',
          // Without the query, which may hold what is nobody's business.
          REQUEST_URI: (view.meta('REQUEST_URI') ?? '').split('?', 1)[0]?.slice(0, LONGEST_PATH) ?? '',
        },
      },
    });
    this.#forget(finishedMs, keep);
  }

  /** Nothing where it is not kept, or no longer. */
  find(id: string): DecisionRecord | undefined {
    const { clock, keep } = this.#options;
    this.#forget(clock.now(), keep);
    const kept = this.#kept.get(id);
    return kept && decisionRecordOf(kept);
  }

  #forget(nowMs: number, keep: number): void {
    for (const [id, { finishedMs }] of this.#kept) {
      if (this.#kept.size <= keep && nowMs - finishedMs < this.#options.retentionMs) return;
      this.#kept.delete(id);
    }
  }
}
