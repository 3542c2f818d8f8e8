import type { Clock } from '../core/clock.ts';
import type { PolicyContext, PolicyDefinition, Snapshot } from '../core/policy.ts';
import type { Random } from '../core/random.ts';
import { standardPolicyHelpers } from '../core/standard-policy-helpers.ts';
import { partsOf } from './composed-policy.ts';
import type { LivePolicy } from './live-policy.ts';
import { type DryShedHandler, PolicyChain, type PolicyFaultHandler } from './policy-chain.ts';

export interface ConfiguredPolicy {
  readonly definition: PolicyDefinition;
  /** Checked against the definition, defaults filled in. */
  readonly parameters: Readonly<Record<string, number | boolean | string>>;
  readonly dryRun?: boolean;
}

export interface ChainSurroundings {
  readonly clock: Pick<Clock, 'now'>;
  readonly random: Random;
  readonly onFault: PolicyFaultHandler;
  readonly onDryShed?: DryShedHandler;
  /** The `snapshot()` of an earlier chain. */
  readonly saved?: Readonly<Record<string, Snapshot>>;
}

/** Makes the policies of one application. One that cannot be made is a fault, and the fail-safe stands in for it. */
export function createPolicyChain(
  configured: readonly ConfiguredPolicy[],
  { clock, random, onFault, onDryShed, saved }: ChainSurroundings,
): PolicyChain {
  const policies = configured.map(({ definition, parameters, dryRun = false }): LivePolicy => {
    const { name, reasons } = definition;
    const context = {
      parameters: parameters as PolicyContext<never>['parameters'],
      clock,
      random,
      helpers: standardPolicyHelpers,
    };
    const parts = partsOf(definition);
    const former = saved === undefined ? undefined : formerOf(saved, name, parts);
    const live = { name, reasons, dryRun, ...(parts && { parts }) };
    // What was saved may be what it stumbles over: then it begins anew.
    for (const state of former === undefined ? [undefined] : [former, undefined]) {
      try {
        return { ...live, policy: definition.create({ ...context, saved: state }) };
      } catch (error) {
        onFault(name, 'create', error);
      }
    }
    return { ...live, policy: faultyPolicy };
  });
  return new PolicyChain(policies, onFault, onDryShed);
}

/** What it had learned; of a composed one what each of its parts had. */
function formerOf(
  saved: Readonly<Record<string, Snapshot>>,
  name: string,
  parts: readonly string[] | undefined,
): Snapshot | undefined {
  if (parts === undefined) return Object.hasOwn(saved, name) ? saved[name] : undefined;
  return Object.fromEntries(Object.entries(saved).filter(([part]) => parts.includes(part)));
}

function fault(): never {
  throw new Error('the policy could not be made');
}

/** Faults whenever it is asked, so that the fail-safe is in force as long as it stands there. */
const faultyPolicy: LivePolicy['policy'] = { dispatch: fault, limit: fault };
