import { configurationReference } from '../src/config/configuration-reference.ts';
import { metricsTable } from '../src/metrics/metrics-table.ts';
import { pageVariablesTable } from './page-variables-table.ts';
import { policiesReference } from './policies-reference.ts';
import { policyChoice } from './policy-choice.ts';

/** A part of a document that is made from the code. */
export interface ReferenceSection {
  /** The document, from the root of the repository. */
  readonly document: string;
  /** The name in its markers. */
  readonly name: string;
  /** Markdown. */
  render(): string;
}

export const referenceSections: readonly ReferenceSection[] = [
  { document: 'README.md', name: 'policy-choice', render: policyChoice },
  { document: 'README.md', name: 'metrics', render: () => metricsTable() },
  { document: 'docs/configuration.md', name: 'configuration', render: configurationReference },
  { document: 'docs/policies.md', name: 'policies', render: policiesReference },
  { document: 'docs/overload-page.md', name: 'page-variables', render: pageVariablesTable },
];
