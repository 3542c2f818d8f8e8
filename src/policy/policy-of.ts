import type { PolicyDefinition } from '../core/policy.ts';
import { partsOf } from './composed-policy.ts';

interface Named {
  readonly name: string;
  readonly definition: PolicyDefinition;
}

/** The one of a chain by its name; a policy of which another is composed, such as `threshold` in `auto`, is known by its own as well. */
export function policyOf<Policy extends Named>(chain: readonly Policy[], name: string): Policy | undefined {
  return (
    chain.find((one) => one.name === name) ??
    chain.find(({ definition }) => partsOf(definition)?.includes(name))
  );
}
