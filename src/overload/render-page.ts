import { readFileSync } from 'node:fs';
import Mustache from 'mustache';

type TemplateName = 'overload.html' | 'overload.txt' | 'error.html' | 'error.txt';

const read = new Map<string, string>();

function templateFile(name: string): string {
  let text = read.get(name);
  if (text === undefined) {
    text = readFileSync(new URL(`./templates/${name}`, import.meta.url), 'utf8');
    read.set(name, text);
  }
  return text;
}

/** Renders one of the templates in `templates/`. In HTML every variable is escaped; nothing else is needed in plain text. */
export function renderPage(name: TemplateName, variables: Readonly<Record<string, unknown>>): string {
  const template = templateFile(`${name}.mustache`);
  if (name.endsWith('.txt')) return Mustache.render(template, variables, undefined, { escape: String });
  return Mustache.render(template, variables, {
    // Indentation is for those who read the file; it would go out with every page.
    css: templateFile('page.css').replace(/\s*\n\s*/g, ''),
    waves: templateFile('waves.svg').trim(),
  });
}
