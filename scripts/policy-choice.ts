import { builtInPolicies } from '../src/policy/built-in-policies.ts';

/** Which policy to choose when, as a Markdown table; each leads to its parameters in docs/policies.md. */
export function policyChoice(): string {
  const rows = [...builtInPolicies.values()].map(
    ({ name, when }) => `| [\`${name}\`](docs/policies.md#${name}) | ${when.replaceAll('|', '\\|')} |`,
  );
  return ['| policy | choose it when |', '|---|---|', ...rows].join('\n');
}
