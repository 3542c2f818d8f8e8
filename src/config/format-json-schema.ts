import { configurationJsonSchema } from './configuration-json-schema.ts';

/** The JSON Schema of the configuration as the text of a file. */
export function formatJsonSchema(): string {
  return `${JSON.stringify(configurationJsonSchema(), undefined, 2)}\n`;
}
