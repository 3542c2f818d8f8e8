import { readFile, stat } from 'node:fs/promises';
import { nearestName } from '../config/nearest-name.ts';
import { Fault } from '../core/fault.ts';
import type { PolicyDefinition } from '../core/policy.ts';
import { builtInPolicies } from './built-in-policies.ts';
import { checkDefinition } from './check-definition.ts';
import { placeOfError } from './place-of-error.ts';
import { placeOfKey } from './place-of-key.ts';
import { policyFile } from './policy-file.ts';

export interface LoadPolicyOptions {
  /** Where relative paths start: the folder of the configuration. */
  readonly directory: string;
}

/**
 * Finds a policy: one that comes with Spillway by its name, or an operator's own file by its path (something with a slash, or
 * that ends in .ts or .js). A file that was changed since is read anew. Throws a `policy/...` Fault.
 */
export async function loadPolicy(name: string, { directory }: LoadPolicyOptions): Promise<PolicyDefinition> {
  const file = policyFile(name, directory);
  if (file === undefined) {
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
  const exported = await importFresh(file);
  try {
    return checkDefinition(exported.default, file);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const place = placeOfKey(await readFile(file, 'utf8').catch(() => ''), error.place?.key);
    throw new Fault(error.code, error.message, { ...error.place, file, ...place }, error);
  }
}

async function importFresh(file: string): Promise<{ readonly default?: unknown }> {
  const changedMs = await stat(file).then(
    (found) => (found.isFile() ? found.mtimeMs : undefined),
    () => undefined,
  );
  if (changedMs === undefined)
    throw new Fault('policy/not-found', 'expected a policy file, found none at this path', { file });
  try {
    // Imports are kept by address: the query makes another one of a file that was changed. Of a file: URL Bun does not look at the query.
    return await import(/* @vite-ignore */ `${file}?changed=${changedMs}`);
  } catch (error) {
    throw new Fault(
      'policy/not-importable',
      `expected a module that can be imported, found: ${whyOf(error)}`,
      placeOfError(error, file),
      error,
    );
  }
}

/** Of several things that are wrong the first: the others may follow from it. */
function whyOf(error: unknown): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error ? first.message : String(first);
}
