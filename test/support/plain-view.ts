import type { View } from '../../src/core/view.ts';

/** A view of exactly these variables; a GET of the root where nothing else is said. */
export function plainView(variables: Readonly<Record<string, string>> = { REQUEST_METHOD: 'GET' }): View {
  return {
    meta: (name) => (Object.hasOwn(variables, name) ? variables[name] : undefined),
    entries: () => Object.entries(variables),
  };
}
