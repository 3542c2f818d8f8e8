import { Fault } from '../core/fault.ts';
import { askEverything } from './ask-everything.ts';
import { type ConfiguredPolicy, createPolicyChain } from './create-policy-chain.ts';
import { placeOfError } from './place-of-error.ts';

/**
 * Has an operator's own policy answer every question before it comes into force, so that what it stumbles over at once is found while the
 * one before it still stands. A Fault with the place in `file`, or nothing.
 */
export function tryPolicy(configured: ConfiguredPolicy, file: string): Fault | undefined {
  let fault: Fault | undefined;
  const chain = createPolicyChain([configured], {
    clock: { now: () => 0 },
    random: () => 0.5,
    onFault: (_policy, question, error) => {
      const message = error instanceof Error ? error.message : String(error);
      fault ??= new Fault(
        'policy/faulty',
        `expected an answer to \`${question}\`, found: ${message}`,
        { ...placeOfError(error, file) },
        error,
      );
    },
  });
  askEverything(chain);
  return fault;
}
