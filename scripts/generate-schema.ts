/**
 * Writes schema/spillway.schema.json from the code. With `--check` it changes nothing and fails where it is not current;
 * how the file is laid out does not count.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { formatJsonSchema } from '../src/config/format-json-schema.ts';

const file = fileURLToPath(new URL('../schema/spillway.schema.json', import.meta.url));
const current = formatJsonSchema();

if (!process.argv.includes('--check')) {
  await writeFile(file, current);
} else if (!isDeepStrictEqual(JSON.parse(await readFile(file, 'utf8')), JSON.parse(current))) {
  process.stderr.write('schema/spillway.schema.json is not current: bun scripts/generate-schema.ts\n');
  process.exitCode = 1;
}
