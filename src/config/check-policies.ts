import { dirname } from 'node:path';
import { Fault } from '../core/fault.ts';
import type { PolicyDefinition, Snapshot } from '../core/policy.ts';
import { checkParameters } from '../policy/check-parameters.ts';
import { defaultChain } from '../policy/default-chain.ts';
import type { LoadPolicyOptions } from '../policy/load-policy.ts';
import { policyFile } from '../policy/policy-file.ts';
import { tryPolicy } from '../policy/try-policy.ts';
import type { PolicyConfiguration } from './configuration.ts';
import { describeFound } from './describe-found.ts';
import type { KeyPath } from './key-path.ts';
import type { SourceDocument } from './source-document.ts';
import { asList, asMap, isMap } from './written-value.ts';

/** Finds a policy by its name or path; `directory` is where relative paths start. Throws a Fault where there is none. */
export type LoadPolicy = (name: string, options: LoadPolicyOptions) => Promise<PolicyDefinition>;

/** What the policies of an application have learned; those of its shadow where that is asked for. */
export type LearnedOf = (
  application: string,
  chain: 'policies' | 'shadow',
) => Readonly<Record<string, Snapshot>> | undefined;

/** The chains of one application. */
export interface CheckedChains {
  readonly policies: readonly PolicyConfiguration[];
  /** Nothing where none is written. */
  readonly shadow: readonly PolicyConfiguration[] | undefined;
}

/** The chains by name of their application, as far as they are right, and what is wrong with the others. */
export interface CheckedPolicies {
  readonly chains: ReadonlyMap<string, CheckedChains>;
  readonly faults: readonly Fault[];
}

/** One entry of `policies`. */
interface WrittenPolicy {
  readonly name: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** As it is written; beside the parameters, but no policy's own. */
  readonly dryRun?: unknown;
}

export async function checkPolicies(
  document: SourceDocument,
  load: LoadPolicy,
  learned: LearnedOf = () => undefined,
): Promise<CheckedPolicies> {
  const chains = new Map<string, CheckedChains>();
  const faults: Fault[] = [];
  const endless = new Map<string, Fault>();
  for (const [name, value] of Object.entries(asMap(asMap(document.value).applications))) {
    const { policies, shadow } = asMap(value);
    const written = policies === undefined ? defaultChain : asList(policies).map(readEntry);
    chains.set(name, {
      policies: await checkChain(['applications', name, 'policies'], written, () =>
        learned(name, 'policies'),
      ),
      shadow:
        shadow === undefined
          ? undefined
          : await checkChain(['applications', name, 'shadow'], asList(shadow).map(readEntry), () =>
              learned(name, 'shadow'),
            ),
    });
  }
  return { chains, faults };

  /** What never comes back costs its time once, however many applications name it. */
  async function loadOnce(name: string, options: LoadPolicyOptions): Promise<PolicyDefinition> {
    const before = endless.get(name);
    if (before !== undefined) throw before;
    try {
      return await load(name, options);
    } catch (error) {
      if (error instanceof Fault && error.code === 'policy/endless') endless.set(name, error);
      throw error;
    }
  }

  async function checkChain(
    path: KeyPath,
    written: readonly (WrittenPolicy | undefined)[],
    saved: () => ReturnType<LearnedOf>,
  ): Promise<PolicyConfiguration[]> {
    const chain: PolicyConfiguration[] = [];
    for (const [index, entry] of written.entries()) {
      if (entry === undefined) continue;
      const checked = await checkPolicy(document, [...path, index], entry, loadOnce, saved);
      if (Array.isArray(checked)) faults.push(...checked);
      else chain.push(checked);
    }
    return chain;
  }
}

/** Nothing where the entry has a form of which the schema complains. */
function readEntry(entry: unknown): WrittenPolicy | undefined {
  if (typeof entry === 'string') return { name: entry, parameters: {} };
  // A map of one entry; its value may be left empty.
  const [first, ...others] = Object.entries(asMap(entry));
  if (first === undefined || others.length > 0) return undefined;
  const [name, parameters] = first;
  if (parameters !== null && !isMap(parameters)) return undefined;
  const { dry_run: dryRun, ...own } = asMap(parameters);
  return { name, parameters: own, dryRun };
}

/** Faults of files that have no place in them. */
const ABOUT_THE_WHOLE = ['policy/not-found', 'policy/endless', 'policy/ends-process', 'policy/not-tried'];

async function checkPolicy(
  document: SourceDocument,
  path: KeyPath,
  { name, parameters, dryRun }: WrittenPolicy,
  load: LoadPolicy,
  saved: () => ReturnType<LearnedOf>,
): Promise<PolicyConfiguration | Fault[]> {
  const isShadow = path.at(-2) === 'shadow';
  if (dryRun !== undefined && (typeof dryRun !== 'boolean' || isShadow)) {
    const expected = isShadow ? 'no dry_run in a shadow, which sheds nobody anyway' : 'true or false';
    const message = `expected ${expected}, found ${describeFound(dryRun)}`;
    return [new Fault('config/dry-run', message, document.place([...path, name, 'dry_run']))];
  }
  try {
    const directory = dirname(document.file);
    const file = policyFile(name, directory);
    const trial = { given: parameters, dryRun: dryRun === true };
    const definition = await load(name, {
      directory,
      ...(file !== undefined && { trial: { ...trial, saved: saved() } }),
    });
    const checked = checkParameters(definition.parameters, parameters);
    if (checked.ok) {
      const configured = {
        name: definition.name,
        ...(file !== undefined && { file }),
        definition,
        parameters: checked.values,
        ...(dryRun === true && { dryRun }),
      };
      const fault = file === undefined ? undefined : tryPolicy(configured, file);
      return fault === undefined ? configured : [fault];
    }
    return checked.problems.map(({ key, expected, found, at }) => {
      const part = Object.hasOwn(definition.parameters, key) ? 'value' : 'key';
      const where = [...path, name, key];
      const place = at === undefined ? document.place(where, part) : document.placeInText(where, at);
      return new Fault('config/policy-parameter', `expected ${expected}, found ${found}`, place);
    });
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const { code, message, place } = error;
    // What is wrong inside a file of a policy has its own place there.
    if (place !== undefined && !ABOUT_THE_WHOLE.includes(code)) return [error];
    const where = place === undefined ? '' : `: ${place.file}`;
    return [new Fault(code, `${message}${where}`, document.place(path), error)];
  }
}
