/**
 * Rewrites the parts of README.md that are made from the code, between their markers. With `--check` it changes nothing
 * and fails where a part is not current or its markers are missing.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { referenceSections } from './reference-sections.ts';
import { replaceSection } from './replace-section.ts';

const readme = fileURLToPath(new URL('../README.md', import.meta.url));
const before = await readFile(readme, 'utf8');

let after = before;
for (const { name, render } of referenceSections) {
  const replaced = replaceSection(after, name, render());
  if (replaced === undefined) {
    process.stderr.write(`README.md: expected <!-- ${name}:begin --> and <!-- ${name}:end -->, found none\n`);
    process.exitCode = 1;
  }
  after = replaced ?? after;
}

if (after !== before && process.argv.includes('--check')) {
  process.stderr.write('README.md is not current: bun scripts/generate-reference.ts\n');
  process.exitCode = 1;
} else if (after !== before) {
  await writeFile(readme, after);
}
