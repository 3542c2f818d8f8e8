import type * as z from 'zod';
import { Fault } from '../core/fault.ts';
import { configurationJsonSchema, type JsonSchema } from './configuration-json-schema.ts';
import { describeFound } from './describe-found.ts';
import type { KeyPath } from './key-path.ts';
import { nearestName } from './nearest-name.ts';
import type { SourceDocument } from './source-document.ts';

/** What is expected where the schema itself does not say it: the text of every issue. */
export function expectedBySchema(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return KINDS[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return `one of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return `at least ${issue.minimum}`;
    case 'too_big':
      return `at most ${issue.maximum}`;
    default:
      return 'something else';
  }
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a map',
  record: 'a map',
  array: 'a list',
};

/** Faults for the issues that the schema found in the value of `document`. */
export function schemaFaults(document: SourceDocument, issues: readonly z.core.$ZodIssue[]): Fault[] {
  return issues.flatMap((issue) => {
    const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => unknownKey(document, path, key));
    }
    return [wrongValue(document, path, issue.message)];
  });
}

function unknownKey(document: SourceDocument, path: KeyPath, key: string): Fault {
  const known = knownKeys(path);
  const nearest = nearestName(key, known);
  const advice = nearest === undefined ? '' : `: did you mean ${nearest}?`;
  const message = `expected one of ${known.join(', ')}, found ${key}${advice}`;
  return new Fault('config/unknown-key', message, document.place([...path, key], 'key'));
}

function wrongValue(document: SourceDocument, path: KeyPath, expected: string): Fault {
  const found = valueAt(document.value, path);
  if (found === undefined) {
    return new Fault(
      'config/missing-key',
      `expected ${expected}, found no such key: add it`,
      document.place(path),
    );
  }
  const choices = expected.startsWith('one of ') ? expected.slice('one of '.length).split(', ') : [];
  const nearest = typeof found === 'string' ? nearestName(found, choices) : undefined;
  const advice = nearest === undefined ? '' : `: did you mean ${nearest}?`;
  const message = `expected ${expected}, found ${describeFound(found)}${advice}`;
  return new Fault('config/invalid-value', message, document.place(path));
}

/** The value at `path` in plain data; nothing where there is none. */
function valueAt(value: unknown, path: KeyPath): unknown {
  let here = value;
  for (const step of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, step)) return undefined;
    here = (here as Readonly<Record<string | number, unknown>>)[step];
  }
  return here;
}

function knownKeys(path: KeyPath): readonly string[] {
  let here: JsonSchema | undefined = configurationJsonSchema();
  for (const step of path) {
    const others: boolean | JsonSchema | undefined = here?.additionalProperties;
    here =
      typeof step === 'number'
        ? here?.items
        : (here?.properties?.[step] ?? (typeof others === 'object' ? others : undefined));
  }
  return Object.keys(here?.properties ?? {});
}
