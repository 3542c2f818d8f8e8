import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { nearestName } from '../config/nearest-name.ts';
import { Fault } from '../core/fault.ts';
import type { PolicyDefinition } from '../core/policy.ts';
import { builtInPolicies } from './built-in-policies.ts';
import { checkDefinition } from './check-definition.ts';

export interface LoadPolicyOptions {
  /** Where relative paths start: the folder of the configuration. */
  readonly directory: string;
}

/**
 * Finds a policy: one that comes with Spillway by its name, or an operator's own file by its path (something with a slash, or
 * that ends in .ts or .js). A file that was changed since is read anew. Throws a `policy/...` Fault.
 */
export async function loadPolicy(name: string, { directory }: LoadPolicyOptions): Promise<PolicyDefinition> {
  if (!isPath(name)) {
    const builtIn = builtInPolicies.get(name);
    if (builtIn !== undefined) return builtIn;
    const names = [...builtInPolicies.keys()];
    const nearest = nearestName(name, names);
    const hint = nearest === undefined ? '' : ` (did you mean ${nearest}?)`;
    throw new Fault(
      'policy/unknown',
      `expected one of ${names.join(', ')}${hint}, or the path of a file such as ./policies/mine.ts, found "${name}"`,
    );
  }
  const file = resolve(directory, name);
  const exported = await importFresh(file);
  return checkDefinition(exported.default, file);
}

function isPath(name: string): boolean {
  return name.includes('/') || /\.[jt]s$/.test(name);
}

async function importFresh(file: string): Promise<{ readonly default?: unknown }> {
  const changedMs = await stat(file).then(
    (found) => (found.isFile() ? found.mtimeMs : undefined),
    () => undefined,
  );
  if (changedMs === undefined)
    throw new Fault('policy/not-found', 'expected a policy file, found none at this path', { file });
  try {
    // Imports are kept by address: the query makes another one of a file that was changed.
    return await import(/* @vite-ignore */ `${pathToFileURL(file).href}?changed=${changedMs}`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Fault(
      'policy/not-importable',
      `expected a module that can be imported, found: ${why}`,
      { file },
      error,
    );
  }
}
