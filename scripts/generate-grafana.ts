/**
 * Writes grafana/dashboard.json from the code in scripts/grafana. With `--check` it changes nothing and fails where the file is not
 * what the code builds; how it is laid out does not count.
 */
import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { dashboard } from './grafana/dashboard.ts';

const file = fileURLToPath(new URL('../grafana/dashboard.json', import.meta.url));
const biome = fileURLToPath(new URL('../node_modules/.bin/biome', import.meta.url));
const current = `${JSON.stringify(dashboard(), undefined, 2)}\n`;

if (!process.argv.includes('--check')) {
  await writeFile(file, current);
  execFileSync(biome, ['format', '--write', file], { stdio: 'ignore' });
} else if (!isDeepStrictEqual(JSON.parse(await readFile(file, 'utf8')), JSON.parse(current))) {
  process.stderr.write('grafana/dashboard.json is not current: npm run grafana\n');
  process.exitCode = 1;
}
