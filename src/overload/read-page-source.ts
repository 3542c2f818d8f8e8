import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Fault } from '../core/fault.ts';
import { builtInPartials, PARTIAL_NAMES } from './built-in-template.ts';
import { checkTemplate } from './check-template.ts';
import type { PageConfiguration, PageException } from './page-configuration.ts';
import type { PageSource } from './page-source.ts';
import type { PageLanguage } from './page-texts.ts';
import { readLanguage } from './read-language.ts';
import { readText, whatWasFound } from './read-text.ts';
import type { PageRule } from './rendered-pages.ts';

export interface ReadPage {
  readonly source: PageSource;
  /** Every one; with any, `source` must not be used. */
  readonly faults: readonly Fault[];
  /** What it was read from: files, and folders in which others may come. */
  readonly files: readonly string[];
}

/** Reads and checks everything that an operator has written of an overload page. Never throws for what is in it. */
export function readPageSource(configuration: PageConfiguration): ReadPage {
  const faults: Fault[] = [];
  const files: string[] = [];
  const partials: Record<string, string> = {};
  const partialFiles = filesIn(configuration.partials, /^[\w-]+\.html$/, files, faults);
  for (const file of partialFiles) {
    const text = textOf(file, files, faults, true);
    if (text !== undefined) partials[basename(file, '.html')] = text;
  }
  const names = [...new Set([...PARTIAL_NAMES, ...Object.keys(partials)])];
  for (const file of partialFiles) {
    const name = basename(file, '.html');
    faults.push(...checkTemplate(partials[name] ?? '', { file, partials: names }));
    if (reachesItself(name, { ...builtInPartials(), ...partials }))
      faults.push(
        new Fault('overload-page/endless-partial', `expected parts that end, found ${name} inside itself`, {
          file,
        }),
      );
  }
  const templates = new Map<string | undefined, number>([[configuration.template, 0]]);
  const rule = ({ template, status }: PageException): PageRule => {
    if (template !== undefined && !templates.has(template)) templates.set(template, templates.size);
    const number = template === undefined ? undefined : templates.get(template);
    return { ...(number !== undefined && { template: number }), ...(status !== undefined && { status }) };
  };
  const reasons = Object.fromEntries(
    Object.entries(configuration.reasons).map(([reason, exception]) => [reason, rule(exception)]),
  );
  const routes = Object.entries(configuration.routes)
    .map(([at, exception]) => ({ at, ...rule(exception) }))
    .sort((a, b) => b.at.length - a.at.length);
  const texts = [...templates.keys()].map((file) => {
    if (file === undefined) return undefined;
    const text = textOf(file, files, faults, false);
    if (text !== undefined) faults.push(...checkTemplate(text, { file, partials: names }));
    return text;
  });
  const languages: PageLanguage[] = [];
  for (const file of filesIn(configuration.languages, /\.ya?ml$/, files, faults)) {
    files.push(file);
    const language = readLanguage(file);
    if (Array.isArray(language)) faults.push(...language);
    else languages.push(language as PageLanguage);
  }
  const { contact, links, status } = configuration;
  return {
    source: { templates: texts, partials, languages, contact, links, rules: { status, reasons, routes } },
    faults,
    files,
  };
}

function textOf(file: string, files: string[], faults: Fault[], mayBeEmpty: boolean): string | undefined {
  files.push(file);
  try {
    return readText(file, { mayBeEmpty });
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    faults.push(fault);
    return undefined;
  }
}

function filesIn(folder: string | undefined, name: RegExp, files: string[], faults: Fault[]): string[] {
  if (folder === undefined) return [];
  files.push(folder);
  try {
    return readdirSync(folder)
      .filter((entry) => name.test(entry))
      .sort()
      .map((entry) => join(folder, entry));
  } catch (cause) {
    const message = `expected a readable folder, found ${whatWasFound(cause)}`;
    faults.push(new Fault('overload-page/unreadable', message, { file: folder }, cause));
    return [];
  }
}

/** Mustache would render such a part without end. */
function reachesItself(name: string, partials: Readonly<Record<string, string>>): boolean {
  const seen = new Set<string>();
  const open = [name];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const [, inner = ''] of (partials[next] ?? '').matchAll(/\{\{>\s*([\w-]+)\s*\}\}/g)) {
      if (inner === name) return true;
      if (!seen.has(inner)) open.push(inner);
      seen.add(inner);
    }
  }
  return false;
}
