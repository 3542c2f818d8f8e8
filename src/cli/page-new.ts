import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { Fault } from '../core/fault.ts';
import { builtInTemplate, PARTIAL_NAMES, partialSource } from '../overload/built-in-template.ts';
import { TEXTS } from '../overload/languages.ts';
import { SECTIONS, VALUES } from '../overload/page-variables.ts';
import { displayPath } from './display-path.ts';

/** `spillway page new FOLDER`: never over what is there. */
export function pageNew(folder: string): void {
  const root = resolve(folder);
  if (existsSync(root))
    throw new Fault('overload-page/exists', 'expected a folder that is not there yet, found one', {
      file: folder,
    });
  for (const place of ['parts', 'languages']) mkdirSync(join(root, place), { recursive: true });
  writeFileSync(join(root, 'overload.html'), `${help()}${builtInTemplate('overload.html')}`);
  for (const name of PARTIAL_NAMES) writeFileSync(join(root, 'parts', `${name}.html`), partialSource(name));
  const { overload, requestId, quoteIt } = TEXTS[0];
  const { reasons, ...texts } = overload;
  const example = stringify({ ...texts, request: requestId, hint: quoteIt, reasons }, { lineWidth: 0 });
  writeFileSync(
    join(root, 'languages', 'example.txt'),
    `# Copy this to a file named by its language, such as nl.yaml, and translate it.\n# {time} and {waiting} stay.\n${example}`,
  );
  const shown = displayPath(root);
  process.stdout.write(`${shown}: a page of your own. In the configuration:

    overload_page:
      template: ${folder}/overload.html
      partials: ${folder}/parts
      languages: ${folder}/languages
      # contact: help@example.org
      # links: { "Status": "https://status.example.org" }

Then: spillway page preview spillway.yaml
`);
}

/** A comment for the one who writes: it is not sent. */
function help(): string {
  const lines = (what: Readonly<Record<string, string>>, tag: (name: string) => string): string =>
    Object.entries(what)
      .map(([name, meaning]) => `  ${tag(name).padEnd(18)} ${meaning.replaceAll('`', '')}`)
      .join('\n');
  return `{{! The overload page. This comment is not sent. Variables, escaped wherever they stand:
${lines(VALUES, (name) => name)}
Sections, written with # or ^ before their names and closed with /:
${lines(SECTIONS, (name) => name)}
}}`;
}
