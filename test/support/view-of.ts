import type { View } from '../../src/core/view.ts';

/** A view with just these variables. */
export function viewOf(
  variables: Readonly<Record<string, string>> | Iterable<readonly [string, string]>,
): View {
  const entries = Symbol.iterator in variables ? [...variables] : Object.entries(variables);
  return { meta: (name) => entries.find(([key]) => key === name)?.[1], entries: () => entries };
}
