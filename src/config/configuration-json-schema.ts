import * as z from 'zod';
import { builtInPolicies } from '../policy/built-in-policies.ts';
import { policyJsonSchema } from './policy-json-schema.ts';
import { policySchema } from './schema/policy-schema.ts';
import { configurationSchema } from './schema.ts';

/** The part of JSON Schema (2020-12) that the configuration's own schema is made of. */
export interface JsonSchema {
  readonly $schema?: string;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly type?: string | readonly string[];
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly patternProperties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
}

/** What editors check and complete while an operator writes. */
export function configurationJsonSchema(): JsonSchema {
  const generated = z.toJSONSchema(configurationSchema, {
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      // Zod knows only that a policy has some parameters; their declarations know which.
      if (zodSchema === policySchema)
        Object.assign(jsonSchema, policyJsonSchema([...builtInPolicies.values()]));
    },
  });
  return { ...(generated as JsonSchema), title: 'Spillway' };
}
