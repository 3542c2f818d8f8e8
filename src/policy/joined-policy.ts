import type { Policy } from '../core/policy.ts';
import type { LivePolicy } from './live-policy.ts';
import { ORDINARY, PolicyChain } from './policy-chain.ts';

/**
 * Policies that answer as one, by the rules of a chain. Where one of them faults all others are still asked, and then its fault
 * is thrown: to whoever asks it is the fault of the whole.
 */
export function joinedPolicy(parts: readonly LivePolicy[]): Policy {
  const faults: unknown[] = [];
  const chain = new PolicyChain(parts, (part, question, error) =>
    faults.push(new Error(`${part} failed at ${question}`, { cause: error })),
  );

  function unlessFaulty<T>(answer: T): T {
    if (faults.length === 0) return answer;
    const [first] = faults;
    faults.length = 0;
    throw first;
  }

  return {
    arrive(view, load) {
      const arrival = unlessFaulty(chain.arrive(view, load));
      if (arrival === ORDINARY) return undefined;
      if (!('decision' in arrival)) return arrival;
      const { reason, retryAfterMs } = arrival.decision;
      return retryAfterMs === undefined ? { shed: reason } : { shed: reason, retryAfterMs };
    },
    dispatch(view, load) {
      const decision = unlessFaulty(chain.dispatch(view, load));
      return decision.policy === 'default' ? undefined : decision;
    },
    limit(lane) {
      const limit = unlessFaulty(chain.limit(lane));
      return limit === Number.POSITIVE_INFINITY ? undefined : limit;
    },
    queue: () => unlessFaulty(chain.queueDiscipline()),
    outcome(outcome, view) {
      chain.outcome(outcome, view);
      unlessFaulty(undefined);
    },
    snapshot: () => unlessFaulty(chain.snapshot()),
    // Whose signal it is, since no two parts need to look at the same one in the same way.
    explain: (view, load) =>
      parts.flatMap(({ name, policy }) =>
        (policy.explain?.(view, load) ?? []).map((ground) => ({
          ...ground,
          signal: `${name}: ${ground.signal}`,
        })),
      ),
  };
}
