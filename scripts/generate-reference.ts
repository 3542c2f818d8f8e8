/**
 * Rewrites the parts of README.md and docs/ that are made from the code, between their markers. With `--check` it changes
 * nothing and fails where a part is not current or its markers are missing.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { referenceSections } from './reference-sections.ts';
import { replaceSection } from './replace-section.ts';

for (const document of new Set(referenceSections.map((section) => section.document))) {
  const file = new URL(`../${document}`, import.meta.url);
  const before = await readFile(file, 'utf8');

  let after = before;
  for (const { name, render } of referenceSections.filter((section) => section.document === document)) {
    const replaced = replaceSection(after, name, render());
    if (replaced === undefined) {
      process.stderr.write(
        `${document}: expected <!-- ${name}:begin --> and <!-- ${name}:end -->, found none\n`,
      );
      process.exitCode = 1;
    }
    after = replaced ?? after;
  }

  if (after !== before && process.argv.includes('--check')) {
    process.stderr.write(`${document} is not current: bun scripts/generate-reference.ts\n`);
    process.exitCode = 1;
  } else if (after !== before) {
    await writeFile(file, after);
  }
}
