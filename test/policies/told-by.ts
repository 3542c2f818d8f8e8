import type { Decision } from '../../src/core/decision.ts';
import type { DecisionTrace, Hearing, PolicyVoice } from '../../src/core/decision-trace.ts';
import type { Load } from '../../src/core/load.ts';
import type { Outcome } from '../../src/core/outcome.ts';
import type { Arrival, Dispatch, PolicyDefinition } from '../../src/core/policy.ts';
import { explainDecision } from '../../src/explain/explain-decision.ts';
import { decisionRecordSchema } from '../../src/log/decision-record.ts';
import { decisionRecordOf } from '../../src/log/decision-record-of.ts';
import { builtInPolicies } from '../../src/policy/built-in-policies.ts';
import { PolicyChain } from '../../src/policy/policy-chain.ts';
import { idleLoad } from '../support/idle-load.ts';
import { viewOf } from '../support/view-of.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { startPolicy } from './start-policy.ts';

export interface ToldBy {
  /** So many requests, one every 10 ms, each of which took so long in the exec lane. */
  serve(count: number, busyMs: number, changes?: Partial<Outcome>, load?: Partial<Load>): void;
  /** So many arrivals of such a visitor, one every 10 ms. */
  arrive(count: number, load: Partial<Load>, variables?: Readonly<Record<string, string>>): void;
  pass(ms: number): void;
  /** What `spillway explain` says of a request that comes now: the policy's part, and what would have changed it. */
  tell(load: Partial<Load>, variables?: Readonly<Record<string, string>>, refused?: string): string;
}

/** A policy of ours at work in a chain of its own, as an operator hears of it. */
export function toldBy(name: string, parameters: Readonly<Record<string, unknown>> = {}): ToldBy {
  const definition = builtInPolicies.get(name) as PolicyDefinition;
  const clock = new VirtualClock(1_000_000);
  const policy = startPolicy(definition, clock, parameters as never);
  const chain = new PolicyChain(
    [{ name, reasons: definition.reasons, policy }],
    (_policy, _question, error) => {
      throw error;
    },
  );

  function hearing<Answer>(load: Load, voices: readonly PolicyVoice<Answer>[]): Hearing<Answer> {
    const limits = { exec: chain.limit('exec'), forward: chain.limit('forward') };
    return { atMs: clock.now(), load, limits, voices };
  }

  return {
    serve(count, busyMs, changes = {}, load = {}) {
      const view = viewOf();
      for (let one = 0; one < count; one += 1) {
        clock.advance(10);
        chain.arrive(view, idleLoad(load));
        chain.dispatch(view, idleLoad(load));
        chain.outcome(
          {
            lane: 'exec',
            result: 'served',
            waitMs: 0,
            firstByteMs: busyMs,
            busyMs,
            totalMs: busyMs,
            inflight: 4,
            ...changes,
          },
          view,
        );
      }
    },
    arrive(count, load, variables) {
      for (let one = 0; one < count; one += 1) {
        clock.advance(10);
        chain.arrive(viewOf(variables), idleLoad(load));
      }
    },
    pass: (ms) => void clock.advance(ms),
    tell(changes, variables, refused) {
      const [view, load] = [viewOf(variables), idleLoad(changes)];
      const arrivals: PolicyVoice<Arrival>[] = [];
      const dispatches: PolicyVoice<Dispatch>[] = [];
      const arrival = chain.arrive(view, load, arrivals);
      const arrive = hearing(load, arrivals);
      const atDoor: Decision | undefined =
        refused === undefined ? undefined : { lane: 'shed', policy: 'admission', reason: refused };
      const early = 'decision' in arrival ? arrival.decision : atDoor;
      const decision = early ?? chain.dispatch(view, load, dispatches);
      const dispatch = early === undefined ? hearing(load, dispatches) : undefined;
      const trace: DecisionTrace = { arrivedMs: 0, priority: 0, arrive, dispatch, inflight: undefined };
      const made = decisionRecordOf({
        id: 'r1',
        application: 'wiki',
        arrivedWallMs: 0,
        variables: { meta: {} },
        decision,
        trace,
        result: 'ignored',
        failure: undefined,
        status: 503,
        waitMs: refused === 'queue_timeout' ? 700 : 0,
        firstByteMs: undefined,
        busyMs: 0,
        totalMs: 0,
        bytesIn: 0,
        bytesOut: 0,
      });
      // As it comes back from the decision log.
      const record = decisionRecordSchema.parse(JSON.parse(JSON.stringify(made)));
      return explainDecision(record).split('What the policies said\n')[1] ?? '';
    },
  };
}
