import type { Decision } from '../core/decision.ts';
import type { Lane } from '../core/lane.ts';

/** The labels of one series of decisions: configured names and closed sets. */
export interface DecisionLabels extends Pick<Decision, 'policy' | 'reason'> {
  readonly application: string;
  readonly lane: Lane;
}

const PATTERN = /^([a-z0-9_-]+),(exec|forward|shed),([a-z0-9-]+),([a-z0-9_-]+)$/;

/** `APPLICATION,LANE,POLICY,REASON`. */
export function encodeDecisionFileName({ application, lane, policy, reason }: DecisionLabels): string {
  return `${application},${lane},${policy},${reason}`;
}

/** Nothing where the name is not one of a series. */
export function parseDecisionFileName(name: string): DecisionLabels | undefined {
  const [, application, lane, policy, reason] = PATTERN.exec(name) ?? [];
  if (application === undefined || lane === undefined || policy === undefined || reason === undefined)
    return undefined;
  return { application, lane: lane as Lane, policy, reason };
}
