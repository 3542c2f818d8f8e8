import type { Parameter } from '../src/core/parameter.ts';
import { builtInPolicies } from '../src/policy/built-in-policies.ts';
import { parameterForm, writtenDefault } from '../src/policy/parameter-text.ts';

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
  const meaning = parameter.meaning.replaceAll('|', '\\|');
  return `| \`${key}\` | ${formOf(parameter)} | \`${writtenDefault(parameter)}\` | ${meaning} |`;
}

/** Words that are written as they stand are code. */
function formOf(parameter: Parameter): string {
  const form = parameterForm(parameter);
  const isWords = parameter.kind === 'boolean' || parameter.kind === 'choice';
  return isWords ? form.replace(/[^, ]+/g, '`$&`') : form;
}
