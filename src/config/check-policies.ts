import { dirname } from 'node:path';
import { Fault } from '../core/fault.ts';
import type { PolicyDefinition } from '../core/policy.ts';
import { checkParameters } from '../policy/check-parameters.ts';
import { defaultChain } from '../policy/default-chain.ts';
import type { PolicyConfiguration } from './configuration.ts';
import type { KeyPath } from './key-path.ts';
import type { SourceDocument } from './source-document.ts';
import { asList, asMap, isMap } from './written-value.ts';

/** Finds a policy by its name or path; `directory` is where relative paths start. Throws a Fault where there is none. */
export type LoadPolicy = (name: string, options: { readonly directory: string }) => Promise<PolicyDefinition>;

/** The chains by name of their application, as far as they are right, and what is wrong with the others. */
export interface CheckedPolicies {
  readonly chains: ReadonlyMap<string, readonly PolicyConfiguration[]>;
  readonly faults: readonly Fault[];
}

/** One entry of `policies`. */
interface WrittenPolicy {
  readonly name: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

export async function checkPolicies(document: SourceDocument, load: LoadPolicy): Promise<CheckedPolicies> {
  const chains = new Map<string, readonly PolicyConfiguration[]>();
  const faults: Fault[] = [];
  for (const [name, value] of Object.entries(asMap(asMap(document.value).applications))) {
    const { policies } = asMap(value);
    const chain: PolicyConfiguration[] = [];
    const written = policies === undefined ? defaultChain : asList(policies).map(readEntry);
    for (const [index, entry] of written.entries()) {
      if (entry === undefined) continue;
      const checked = await checkPolicy(document, ['applications', name, 'policies', index], entry, load);
      if (Array.isArray(checked)) faults.push(...checked);
      else chain.push(checked);
    }
    chains.set(name, chain);
  }
  return { chains, faults };
}

/** Nothing where the entry has a form of which the schema complains. */
function readEntry(entry: unknown): WrittenPolicy | undefined {
  if (typeof entry === 'string') return { name: entry, parameters: {} };
  // A map of one entry; its value may be left empty.
  const [first, ...others] = Object.entries(asMap(entry));
  if (first === undefined || others.length > 0) return undefined;
  const [name, parameters] = first;
  return parameters === null || isMap(parameters) ? { name, parameters: asMap(parameters) } : undefined;
}

async function checkPolicy(
  document: SourceDocument,
  path: KeyPath,
  { name, parameters }: WrittenPolicy,
  load: LoadPolicy,
): Promise<PolicyConfiguration | Fault[]> {
  try {
    const definition = await load(name, { directory: dirname(document.file) });
    const checked = checkParameters(definition.parameters, parameters);
    if (checked.ok) return { name: definition.name, definition, parameters: checked.values };
    return checked.problems.map(({ key, expected, found }) => {
      const part = Object.hasOwn(definition.parameters, key) ? 'value' : 'key';
      const place = document.place([...path, name, key], part);
      return new Fault('config/policy-parameter', `expected ${expected}, found ${found}`, place);
    });
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const { code, message, place } = error;
    // What is wrong inside a file of a policy has its own place there.
    if (place !== undefined && code !== 'policy/not-found') return [error];
    const where = place === undefined ? '' : `: ${place.file}`;
    return [new Fault(code, `${message}${where}`, document.place(path), error)];
  }
}
