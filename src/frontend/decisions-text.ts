import { METRIC_DEFINITIONS } from '../metrics/metric-definitions.ts';
import type { DecisionTotal } from './decision-counts.ts';

/** The totals in Prometheus' text format, under the name and labels that the gateway's own decisions have. */
export function decisionsText(totals: readonly DecisionTotal[]): string {
  const { name, help, type, labels } = METRIC_DEFINITIONS.decisions;
  const lines = totals.map(({ labels: values, total }) => {
    // Names of this kind hold nothing that would have to be escaped.
    const pairs = labels.map((label) => `${label}="${values[label]}"`);
    return `${name}{${pairs.join(',')}} ${total}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}
