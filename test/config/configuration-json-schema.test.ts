import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { configurationJsonSchema, type JsonSchema } from '../../src/config/configuration-json-schema.ts';
import { configurationReference } from '../../src/config/configuration-reference.ts';
import { formatJsonSchema } from '../../src/config/format-json-schema.ts';

test('the committed JSON Schema is what the code makes (bun scripts/generate-schema.ts)', async () => {
  const file = join(import.meta.dirname, '../../schema/spillway.schema.json');
  // By value: how the file is laid out is the formatter's business.
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(JSON.parse(formatJsonSchema()));
});

test('every key says what it means, takes no unknown keys, and is in the reference', () => {
  const reference = configurationReference();
  let count = 0;
  const visit = (schema: JsonSchema, path: string) => {
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      const key = path === '' ? name : `${path}.${name}`;
      count += 1;
      expect(property.description, key).toMatch(/^.+[.]$/);
      expect(reference).toContain(`| \`${key}\` |`);
      if (property.properties !== undefined) expect(property.additionalProperties, key).toBe(false);
      visit(property, key);
      if (property.items?.properties !== undefined) visit(property.items, `${key}[]`);
      if (typeof property.additionalProperties === 'object')
        visit(property.additionalProperties, `${key}.NAME`);
    }
  };
  visit(configurationJsonSchema(), '');
  expect(count).toBeGreaterThan(30);
});

test('editors know the parameters of the policies that come with Spillway', () => {
  expect(formatJsonSchema()).toContain('"falls_back"');
});
