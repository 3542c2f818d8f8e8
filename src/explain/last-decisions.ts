import type { ExchangeRecord, Observer } from '../core/observer.ts';
import type { DecisionRecord } from '../log/decision-record.ts';
import type { DecisionRing } from './decision-ring.ts';

/** Reasons are closed sets, applications are few: this bounds what a policy at fault may make of that. */
const MOST = 200;

/** Which of the decisions that are kept was the last one for each reason: in a flood the last ones are all the same. */
export class LastDecisions implements Observer {
  readonly #ring: Pick<DecisionRing, 'find'>;
  /** Ids by application and decision, the one that was longest ago first. */
  readonly #ids = new Map<string, string>();

  constructor(ring: Pick<DecisionRing, 'find'>) {
    this.#ring = ring;
  }

  finished({ id, application, decision, trace }: ExchangeRecord): void {
    if (decision === undefined || trace === undefined || application === '') return;
    const key = [application, decision.lane, decision.policy, decision.reason].join('\0');
    this.#ids.delete(key);
    this.#ids.set(key, id);
    if (this.#ids.size <= MOST) return;
    for (const longestAgo of this.#ids.keys()) {
      this.#ids.delete(longestAgo);
      return;
    }
  }

  /** As far as they are kept still, the last one first. */
  latest(most: number): DecisionRecord[] {
    const found: DecisionRecord[] = [];
    for (const id of [...this.#ids.values()].reverse()) {
      if (found.length === most) break;
      const record = this.#ring.find(id);
      if (record !== undefined) found.push(record);
    }
    return found;
  }
}
