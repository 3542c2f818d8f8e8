import type { PolicyDefinition } from '../core/policy.ts';
import { builtInPolicies } from '../policy/built-in-policies.ts';
import type { ConfiguredPolicy } from '../policy/create-policy-chain.ts';
import type { FrontendPolicy } from './frontend-configuration.ts';

/**
 * The policies of a frontend. They were checked when it was made; one that is no longer there is a fault whenever it is asked,
 * so that the fail-safe stands in for it.
 */
export function frontendPolicies(policies: readonly FrontendPolicy[]): Promise<ConfiguredPolicy[]> {
  return Promise.all(
    policies.map(async ({ name, file, parameters, dryRun }) => ({
      definition: await definitionOf(name, file),
      parameters,
      ...(dryRun && { dryRun }),
    })),
  );
}

async function definitionOf(name: string, file: string | undefined): Promise<PolicyDefinition> {
  const builtIn = file === undefined ? builtInPolicies.get(name) : undefined;
  if (builtIn !== undefined) return builtIn;
  try {
    if (file === undefined)
      throw new Error('expected one of our policies: make the frontend again with `spillway frontend`');
    return ((await import(file)) as { readonly default: PolicyDefinition }).default;
  } catch (error) {
    const create = (): never => {
      throw error;
    };
    return { name, when: '', source: '', parameters: {}, signals: [], reasons: [], create };
  }
}
