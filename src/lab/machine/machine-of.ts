import type { PolicyDefinition } from '../../core/policy.ts';
import { seededRandom } from '../../core/seeded-random.ts';
import { checkParameters } from '../../policy/check-parameters.ts';
import { createPolicyChain } from '../../policy/create-policy-chain.ts';
import type { MachineOptions } from './machine-options.ts';
import { SimulatedMachine } from './simulated-machine.ts';
import { VirtualClock } from './virtual-clock.ts';

type Given = Readonly<Record<string, unknown>>;

/** A simulated machine with 2 processors under a chain of these policies; a fault of any of them is thrown. */
export function machineOf(
  policies: readonly (PolicyDefinition | readonly [PolicyDefinition, Given])[],
  options: Pick<MachineOptions, 'work'> & Partial<MachineOptions>,
  seed = 1,
): SimulatedMachine {
  const clock = new VirtualClock();
  const random = seededRandom(seed);
  const configured = policies.map((one) => {
    const [definition, given] = 'name' in one ? [one, {}] : one;
    const checked = checkParameters(definition.parameters, given);
    if (!checked.ok) throw new Error(`${definition.name}: ${JSON.stringify(checked.problems)}`);
    return { definition, parameters: checked.values };
  });
  const onFault = (policy: string, question: string, error: unknown) => {
    throw new Error(`${policy} ${question}`, { cause: error });
  };
  const chain = createPolicyChain(configured, { clock, random, onFault });
  return new SimulatedMachine({ clock, random, chain, processors: 2, ...options });
}
