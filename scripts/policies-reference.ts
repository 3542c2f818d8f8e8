import { formatDuration } from '../src/config/duration.ts';
import type { Parameter } from '../src/core/parameter.ts';
import { builtInPolicies } from '../src/policy/built-in-policies.ts';

/** The policies that come with Spillway in Markdown: when to choose each, where it comes from, its parameters. */
export function policiesReference(): string {
  return [...builtInPolicies.values()]
    .map(({ name, when, source, parameters }) => {
      const rows = Object.entries(parameters).map(([key, parameter]) => row(key, parameter));
      const table = ['| Parameter | Type | Default | Meaning |', '|---|---|---|---|', ...rows].join('\n');
      return `#### \`${name}\`\n\n${when} Source: ${source}\n\n${rows.length > 0 ? table : 'It has no parameters.'}`;
    })
    .join('\n\n');
}

function row(key: string, parameter: Parameter): string {
  const preset = parameter.kind === 'duration' ? formatDuration(parameter.default) : parameter.default;
  return `| \`${key}\` | ${typeOf(parameter)} | \`${preset}\` | ${parameter.meaning.replaceAll('|', '\\|')} |`;
}

function typeOf(parameter: Parameter): string {
  switch (parameter.kind) {
    case 'boolean':
      return '`true`, `false`';
    case 'choice':
      return parameter.choices.map((choice) => `\`${choice}\``).join(', ');
    case 'duration':
      return `duration${range(parameter, formatDuration)}`;
    default:
      return `${parameter.unit}${range(parameter, String)}`;
  }
}

function range(
  { minimum, maximum }: { readonly minimum?: number; readonly maximum?: number },
  format: (value: number) => string,
): string {
  if (minimum !== undefined && maximum !== undefined) return `, ${format(minimum)} to ${format(maximum)}`;
  if (minimum !== undefined) return `, at least ${format(minimum)}`;
  return maximum === undefined ? '' : `, at most ${format(maximum)}`;
}
