import type { Clock } from '../core/clock.ts';
import type { ExchangeRecord, Observer } from '../core/observer.ts';
import type { View } from '../core/view.ts';
import type { DecisionRecord } from './decision-record.ts';
import { decisionRecordOf } from './decision-record-of.ts';
import { escapeControls } from './escape-controls.ts';
import type { LogOutput } from './log-output.ts';

/** Characters of one value that are recorded, and of all values of a request: a line stays far below the size of a file. */
const LONGEST_VALUE = 4096;
const ALL_VALUES = 16 * 1024;

export interface DecisionLogOptions {
  readonly output: LogOutput;
  /** Names of the meta-variables to record. */
  readonly variables: readonly string[];
  /** The gateway's. */
  readonly clock: Pick<Clock, 'now'>;
  /** Milliseconds since 1970. */
  readonly wallClock?: () => number;
}

/** A line for every request that an application's policies saw, as `decision-record.ts` has it. Needs traced records. */
export class DecisionLog implements Observer {
  readonly #output: LogOutput;
  readonly #variables: readonly string[];
  readonly #clock: Pick<Clock, 'now'>;
  readonly #wallClock: () => number;

  constructor({ output, variables, clock, wallClock = Date.now }: DecisionLogOptions) {
    this.#output = output;
    this.#variables = variables;
    this.#clock = clock;
    this.#wallClock = wallClock;
  }

  finished(record: ExchangeRecord): void {
    const { trace } = record;
    if (trace === undefined || record.application === '') return;
    const arrivedWallMs = this.#wallClock() - (this.#clock.now() - trace.arrivedMs);
    const variables = this.#variablesOf(record.view);
    const line = JSON.stringify(decisionRecordOf({ ...record, trace, arrivedWallMs, variables }));
    this.#output.write(`${escapeControls(line)}\n`);
  }

  #variablesOf(view: View): Pick<DecisionRecord, 'meta' | 'cut'> {
    const meta: Record<string, string> = {};
    const cut: string[] = [];
    let room = ALL_VALUES;
    for (const name of this.#variables) {
      const value = view.meta(name);
      if (value === undefined) continue;
      const kept = value.slice(0, Math.min(LONGEST_VALUE, room));
      room -= kept.length;
      meta[name] = kept;
      if (kept.length < value.length) cut.push(name);
    }
    return { meta, cut: cut.length === 0 ? undefined : cut };
  }
}
