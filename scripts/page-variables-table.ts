import { SECTIONS, VALUES } from '../src/overload/page-variables.ts';

/** What a template of the overload page may use, as a Markdown table. */
export function pageVariablesTable(): string {
  const rows = [
    ...Object.entries(VALUES).map(([name, meaning]) => `| \`{{${name}}}\` | ${meaning} |`),
    ...Object.entries(SECTIONS).map(([name, meaning]) => `| \`{{#${name}}}…{{/${name}}}\` | ${meaning} |`),
  ];
  return ['| In a template | What it is |', '|---|---|', ...rows].join('\n');
}
