import { METRIC_DEFINITIONS, type MetricDefinition } from './metric-definitions.ts';

/** The metrics as a Markdown table, one line each, in the order of their definitions. */
export function metricsTable(
  definitions: readonly MetricDefinition[] = Object.values(METRIC_DEFINITIONS),
): string {
  const rows = definitions.map(
    ({ name, type, labels, help }) =>
      `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help.replaceAll('|', '\\|')} |`,
  );
  return ['| metric | type | labels | what it says |', '|---|---|---|---|', ...rows, ''].join('\n');
}
