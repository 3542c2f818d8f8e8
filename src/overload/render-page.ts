import Mustache from 'mustache';
import { builtInPartials, builtInTemplate } from './built-in-template.ts';

/** Renders an error page. In HTML every variable is escaped; nothing else is needed in plain text. */
export function renderPage(
  name: 'error.html' | 'error.txt',
  variables: Readonly<Record<string, unknown>>,
): string {
  const template = builtInTemplate(name);
  if (name === 'error.txt') return Mustache.render(template, variables, undefined, { escape: String });
  return Mustache.render(template, variables, builtInPartials());
}
