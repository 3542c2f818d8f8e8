import { readFileSync } from 'node:fs';

const read = new Map<string, string>();

function templateFile(name: string): string {
  let text = read.get(name);
  if (text === undefined) {
    text = readFileSync(new URL(`./templates/${name}`, import.meta.url), 'utf8');
    read.set(name, text);
  }
  return text;
}

type TemplateName = 'overload.html' | 'overload.txt' | 'overload.short' | 'error.html' | 'error.txt';

export function builtInTemplate(name: TemplateName): string {
  return templateFile(`${name}.mustache`);
}

/** Parts of the HTML pages. An operator's file of the same name takes the place of one. */
export const PARTIAL_NAMES = ['style', 'script', 'art', 'head', 'header', 'footer'] as const;

export type PartialName = (typeof PARTIAL_NAMES)[number];

/** As it lies in the folder, for those who read it. */
export function partialSource(name: PartialName): string {
  if (name === 'style') return templateFile('page.css');
  if (name === 'script') return templateFile('page.js');
  return templateFile(name === 'art' ? 'waves.svg' : `partials/${name}.html`);
}

/** As it goes into pages: indentation is for those who read the file, and would go out with every page. */
export function builtInPartials(): Record<PartialName, string> {
  return {
    style: partialSource('style').replace(/\s*\n\s*/g, ''),
    script: partialSource('script').replace(/\n\s+/g, '\n').trim(),
    art: partialSource('art').trim(),
    head: partialSource('head'),
    header: partialSource('header'),
    footer: partialSource('footer'),
  };
}
