import type { View } from '../core/view.ts';

/** A view with some variables put in the place of others; `undefined` takes one away. */
export function overriddenView(base: View, overrides: Iterable<readonly [string, string | undefined]>): View {
  const own = new Map(overrides);
  return {
    meta: (name) => (own.has(name) ? own.get(name) : base.meta(name)),
    entries() {
      const entries: (readonly [string, string])[] = [];
      for (const entry of base.entries()) if (!own.has(entry[0])) entries.push(entry);
      for (const [name, value] of own) if (value !== undefined) entries.push([name, value]);
      return entries;
    },
  };
}
