/** Writes schema/spillway.schema.json from the code. With `--check` it changes nothing and fails where it is not current. */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { formatJsonSchema } from '../src/config/format-json-schema.ts';

const file = fileURLToPath(new URL('../schema/spillway.schema.json', import.meta.url));
const current = formatJsonSchema();

if (!process.argv.includes('--check')) {
  await writeFile(file, current);
} else if ((await readFile(file, 'utf8').catch(() => '')) !== current) {
  process.stderr.write('schema/spillway.schema.json is not current: bun scripts/generate-schema.ts\n');
  process.exitCode = 1;
}
