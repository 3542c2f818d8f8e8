import { nearestName } from '../config/nearest-name.ts';
import type { ControlRefusal } from './control-target.ts';

/** Refuses a name that is none of those known: `what` is what was expected. */
export function unknownName(
  what: string,
  found: string,
  known: readonly { readonly name: string }[],
): ControlRefusal {
  const names = known.map(({ name }) => name);
  const nearest = nearestName(found, names);
  const hint = nearest === undefined ? '' : ` (did you mean ${nearest}?)`;
  return {
    kind: 'control-refusal',
    message: `expected ${what} (${names.join(', ')})${hint}, found ${found}`,
  };
}
