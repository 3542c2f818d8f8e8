import type { Parameters, ParameterValues } from '../core/parameter.ts';
import type { Policy, PolicyContext, PolicyDefinition, Snapshot } from '../core/policy.ts';
import type { PolicyComposition } from '../core/policy-composition.ts';
import { joinedPolicy } from './joined-policy.ts';

const partsByPolicy = new WeakMap<PolicyDefinition, readonly string[]>();

/** The names of those of which a policy is composed; nothing of any other. */
export function partsOf(definition: PolicyDefinition): readonly string[] | undefined {
  return partsByPolicy.get(definition);
}

/**
 * One policy of several. It has the parameters, signals and reasons of all; its snapshot is theirs by name. Throws where a part is
 * unknown, or where two have a parameter or a reason of one name: then nobody could tell whose it is.
 */
export function composedPolicy(
  { name, when, source, parts }: PolicyComposition,
  known: ReadonlyMap<string, PolicyDefinition>,
): PolicyDefinition {
  const definitions = parts.map((part) => {
    const definition = known.get(part);
    if (definition === undefined) throw new TypeError(`${name}: expected a known policy, found ${part}`);
    return definition;
  });
  const composed: PolicyDefinition = {
    name,
    when,
    source,
    parameters: Object.fromEntries(
      distinct(
        definitions.flatMap(({ parameters }) => Object.entries(parameters)),
        ([key]) => key,
      ),
    ),
    signals: [...new Set(definitions.flatMap(({ signals }) => signals))],
    reasons: distinct(
      definitions.flatMap(({ reasons }) => reasons),
      (reason) => reason,
    ),
    create: (context) =>
      joinedPolicy(
        definitions.map((definition) => ({
          name: definition.name,
          reasons: definition.reasons,
          policy: createPart(definition, context),
        })),
      ),
  };
  partsByPolicy.set(composed, parts);
  return composed;

  function distinct<T>(all: readonly T[], keyOf: (one: T) => string): readonly T[] {
    const seen = new Set<string>();
    for (const one of all) {
      const key = keyOf(one);
      if (seen.has(key)) throw new TypeError(`${name}: expected one part with ${key}, found two`);
      seen.add(key);
    }
    return all;
  }
}

function createPart(
  definition: PolicyDefinition,
  context: PolicyContext<ParameterValues<Parameters>>,
): Policy {
  const { parameters, saved } = context;
  return definition.create({
    ...context,
    parameters: Object.fromEntries(
      Object.keys(definition.parameters).flatMap((key) => {
        const value = parameters[key];
        return value === undefined ? [] : [[key, value]];
      }),
    ),
    saved: entryOf(saved, definition.name),
  });
}

function entryOf(saved: Snapshot | undefined, name: string): Snapshot | undefined {
  if (saved === null || typeof saved !== 'object' || Array.isArray(saved)) return undefined;
  return Object.hasOwn(saved, name) ? (saved as Readonly<Record<string, Snapshot>>)[name] : undefined;
}
