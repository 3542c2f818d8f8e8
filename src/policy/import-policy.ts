import { readFile, stat } from 'node:fs/promises';
import { Fault } from '../core/fault.ts';
import type { PolicyDefinition } from '../core/policy.ts';
import { checkDefinition } from './check-definition.ts';
import { placeOfError } from './place-of-error.ts';
import { placeOfKey } from './place-of-key.ts';

/** Reads a policy of an operator's own; one that was changed since, anew. Runs what it does when it is loaded. Throws a `policy/...` Fault. */
export async function importPolicy(file: string): Promise<PolicyDefinition> {
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
