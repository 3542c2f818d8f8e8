import { explainDecision } from '../explain/explain-decision.ts';
import { withoutVisitor } from '../explain/without-visitor.ts';
import type { DecisionRecord } from '../log/decision-record.ts';

export type DecisionsDocument = ReturnType<typeof decisionsDocument>;

/** `/decisions` as JSON. Nothing of the request but its id: who may ask here need not know what visitors ask for. */
export function decisionsDocument(decisions: readonly DecisionRecord[] | undefined) {
  return {
    kept: decisions !== undefined,
    decisions: (decisions ?? []).map((record) => ({
      time: record.time,
      id: record.id,
      application: record.application,
      lane: record.decision?.lane ?? null,
      policy: record.decision?.policy ?? null,
      reason: record.decision?.reason ?? null,
      status: record.status,
      explanation: explainDecision(withoutVisitor(record)),
    })),
  };
}
