import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const inFolder = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));

/** What operators read, in Markdown: the text by its path from the root of the repository. */
export const documents: ReadonlyMap<string, string> = new Map(
  ['README.md', 'policies/README.md', ...inFolder.map((name) => `docs/${name}`)].map((path) => [
    path,
    readFileSync(join(root, path), 'utf8'),
  ]),
);
