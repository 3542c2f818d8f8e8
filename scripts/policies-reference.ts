import type { Parameter } from '../src/core/parameter.ts';
import { builtInPolicies } from '../src/policy/built-in-policies.ts';
import { partsOf } from '../src/policy/composed-policy.ts';
import { parameterForm, writtenDefault } from '../src/policy/parameter-text.ts';

/** The policies that come with Spillway in Markdown: when to choose each, where it comes from, its parameters. */
export function policiesReference(): string {
  return [...builtInPolicies.values()]
    .map((definition) => {
      const { name, when, source, parameters } = definition;
      const parts = partsOf(definition)?.map((part) => `\`${part}\``);
      const rows = Object.entries(parameters).map(([key, parameter]) => row(key, parameter));
      const table = ['| Parameter | Type | Default | Meaning |', '|---|---|---|---|', ...rows].join('\n');
      const described =
        parts === undefined ? (rows.length > 0 ? table : 'It has no parameters.') : ofParts(parts);
      return `### \`${name}\`\n\n${when} Source: ${source}\n\n${described}`;
    })
    .join('\n\n');
}

function ofParts(parts: readonly string[]): string {
  return `Its parameters and reasons are those of ${parts.join(' and ')}, no two of which have one of the same name.`;
}

function row(key: string, parameter: Parameter): string {
  const meaning = parameter.meaning.replaceAll('|', '\\|');
  return `| \`${key}\` | ${formOf(parameter)} | \`${writtenDefault(parameter)}\` | ${meaning} |`;
}

/** Words that are written as they stand are code. */
function formOf(parameter: Parameter): string {
  const form = parameterForm(parameter);
  const isWords = parameter.kind === 'boolean' || parameter.kind === 'choice';
  return isWords ? form.replace(/[^, ]+/g, '`$&`') : form;
}
