import { builtInPolicies } from '../policy/built-in-policies.ts';
import { defaultChain } from '../policy/default-chain.ts';

/** `spillway policy list` */
export function policyList(): void {
  const width = Math.max(...[...builtInPolicies.keys()].map(({ length }) => length));
  const lines = [...builtInPolicies.values()].map(({ name, when }) => `${name.padEnd(width)}  ${when}`);
  const chain = defaultChain.map(({ name }) => name).join(', ');
  process.stdout.write(`${lines.join('\n')}

The default: policies: [ ${chain} ]
\`spillway policy show NAME\` has the parameters, \`spillway policy new NAME\` writes one of your own.
`);
}
