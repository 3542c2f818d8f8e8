import type { Parameter } from '../core/parameter.ts';
import type { PolicyDefinition } from '../core/policy.ts';
import type { JsonSchema } from './configuration-json-schema.ts';
import { DURATION_PATTERN, formatDuration } from './duration.ts';

/** One entry of `policies` for editors: the policies of `definitions` with their parameters, or the path of a file. */
export function policyJsonSchema(definitions: readonly PolicyDefinition[]): JsonSchema {
  return {
    anyOf: [
      { enum: definitions.map(({ name }) => name) },
      ...definitions.map(withParameters),
      // An operator's own file.
      { type: 'string', pattern: PATH },
      {
        type: 'object',
        patternProperties: { [PATH]: { type: ['object', 'null'] } },
        minProperties: 1,
        maxProperties: 1,
        additionalProperties: false,
      },
    ],
  };
}

const PATH = '/|\\.[jt]s$';

const DRY_RUN: JsonSchema = {
  description:
    'What it would shed is counted (`spillway_dry_run_sheds_total`) and served; its limits and its order of the queue are left out.',
  type: 'boolean',
  default: false,
};

function withParameters({ name, when, parameters }: PolicyDefinition): JsonSchema {
  const properties = Object.fromEntries(
    Object.entries(parameters).map(([key, parameter]) => [key, parameterJsonSchema(parameter)]),
  );
  return {
    type: 'object',
    required: [name],
    properties: {
      [name]: {
        description: when,
        type: ['object', 'null'],
        properties: { ...properties, dry_run: DRY_RUN },
        additionalProperties: false,
      },
    },
    additionalProperties: false,
  };
}

function parameterJsonSchema(parameter: Parameter): JsonSchema {
  const { kind, meaning: description } = parameter;
  switch (kind) {
    case 'boolean':
      return { description, type: 'boolean', default: parameter.default };
    case 'text':
      return { description, title: parameter.form, type: 'string', default: parameter.default };
    case 'choice':
      return { description, enum: parameter.choices, default: parameter.default };
    case 'duration':
      return {
        description,
        title: 'duration',
        type: 'string',
        pattern: DURATION_PATTERN,
        default: formatDuration(parameter.default),
      };
    default:
      return {
        description,
        title: parameter.unit,
        type: kind,
        default: parameter.default,
        ...(parameter.minimum !== undefined && { minimum: parameter.minimum }),
        ...(parameter.maximum !== undefined && { maximum: parameter.maximum }),
      };
  }
}
