import type { View } from '../../src/core/view.ts';

/** A view of exactly these variables; a GET where nothing else is said. */
export function viewOf(
  variables: Readonly<Record<string, string>> | Iterable<readonly [string, string]> = {
    REQUEST_METHOD: 'GET',
  },
): View {
  const entries = Symbol.iterator in variables ? [...variables] : Object.entries(variables);
  return { meta: (name) => entries.find(([key]) => key === name)?.[1], entries: () => entries };
}
