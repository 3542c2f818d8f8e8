import { stat } from 'node:fs/promises';
import { nearestName } from '../config/nearest-name.ts';
import { Fault } from '../core/fault.ts';
import type { PolicyDefinition } from '../core/policy.ts';
import { builtInPolicies } from './built-in-policies.ts';
import { importPolicy } from './import-policy.ts';
import { policyFile } from './policy-file.ts';
import type { PolicyTrial } from './policy-trial.ts';
import { tryApart } from './try-apart.ts';

export interface LoadPolicyOptions {
  /** Where relative paths start: the folder of the configuration. */
  readonly directory: string;
  /** With what an operator's own is tried; without it, it is only loaded. */
  readonly trial?: PolicyTrial;
}

/**
 * Finds a policy: one that comes with Spillway by its name, or an operator's own file by its path (something with a slash, or
 * that ends in .ts or .js). A file that was changed since is read anew, and may be endless: it is loaded and tried in a process of its own first.
 * Throws a `policy/...` Fault.
 */
export async function loadPolicy(
  name: string,
  { directory, trial }: LoadPolicyOptions,
): Promise<PolicyDefinition> {
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
  // Only what has been seen to come back is loaded here, and that very state of it.
  for (;;) {
    const state = await stateOf(file);
    const fault = state === undefined ? undefined : await tryApart(file, trial);
    if (state !== (await stateOf(file))) continue;
    if (fault !== undefined) throw fault;
    return importPolicy(file);
  }
}

function stateOf(file: string): Promise<string | undefined> {
  return stat(file).then(
    (found) => (found.isFile() ? `${found.ino} ${found.size} ${found.mtimeMs}` : undefined),
    () => undefined,
  );
}
