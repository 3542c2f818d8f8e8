import { configurationReference } from '../src/config/configuration-reference.ts';
import { metricsTable } from '../src/metrics/metrics-table.ts';
import { pageVariablesTable } from './page-variables-table.ts';
import { policiesReference } from './policies-reference.ts';

/** A part of the README that is made from the code. */
export interface ReferenceSection {
  /** The name in its markers. */
  readonly name: string;
  /** Markdown. */
  render(): string;
}

export const referenceSections: readonly ReferenceSection[] = [
  { name: 'configuration', render: configurationReference },
  { name: 'policies', render: policiesReference },
  { name: 'metrics', render: () => metricsTable() },
  { name: 'page-variables', render: pageVariablesTable },
];
