import { basename } from 'node:path';
import { nearestName } from '../config/nearest-name.ts';
import { SourceDocument } from '../config/source-document.ts';
import { asMap } from '../config/written-value.ts';
import { Fault } from '../core/fault.ts';
import { TEXTS } from './languages.ts';
import { CAUSES, type PageLanguage, type ReasonTexts } from './page-texts.ts';
import { readText } from './read-text.ts';

/** The texts of a language file, and what a text must have in it. */
const KEYS: Readonly<Record<string, string>> = {
  title: '',
  looking: '',
  sending: '',
  again: '{time}',
  retrying: '{time}',
  resend: '{time}',
  queue: '{waiting}',
  contact: '',
  back: '',
  pause: '',
  resume: '',
  paused: '',
  trying: '',
  ready: '',
  request: '',
  hint: '',
};

/**
 * Reads a language of the operator: a YAML file named by its tag, such as `nl.yaml` or `pt-BR.yaml`. One that we have too may leave out what
 * is to stay ours; another one needs every text. Returns it, or every fault with its place.
 */
export function readLanguage(file: string): PageLanguage | Fault[] {
  const tag = basename(file).replace(/\.ya?ml$/, '');
  const language = canonicalTag(tag);
  if (language === undefined) {
    const message = `expected a file named by a language, such as nl.yaml or pt-BR.yaml, found ${tag}`;
    return [new Fault('overload-page/unknown-language', message, { file })];
  }
  let document: SourceDocument;
  try {
    document = new SourceDocument(file, readText(file));
  } catch (fault) {
    if (fault instanceof Fault) return [fault];
    throw fault;
  }
  if (document.faults.length > 0) return [...document.faults];
  return checkedLanguage(language, document);
}

function checkedLanguage(language: string, document: SourceDocument): PageLanguage | Fault[] {
  const faults: Fault[] = [];
  const written = asMap(document.value);
  const ours = TEXTS.find((texts) => texts.language === language);
  const fault = (code: string, message: string, ...path: string[]): void => {
    faults.push(new Fault(`overload-page/${code}`, message, document.place(path, 'key')));
  };
  const names = [...Object.keys(KEYS), 'reasons'];
  for (const key of Object.keys(written)) {
    if (names.includes(key)) continue;
    const near = nearestName(key, names);
    fault(
      'unknown-text',
      `expected one of the texts, found ${key}${near === undefined ? '' : `: did you mean ${near}?`}`,
      key,
    );
  }
  const usual: Readonly<Record<string, unknown>> =
    ours === undefined ? {} : { ...ours.overload, request: ours.requestId, hint: ours.quoteIt };
  const texts: Record<string, string> = {};
  for (const [key, part] of Object.entries(KEYS)) {
    const value = written[key] ?? usual[key];
    if (typeof value !== 'string' || value === '')
      fault('missing-text', `expected a text for ${key}, found none`, key);
    else if (!value.includes(part))
      fault('missing-text', `expected ${part} in the text for ${key}, found: ${value}`, key);
    else texts[key] = value;
  }
  const reasons: Record<string, ReasonTexts> = { ...ours?.overload.reasons };
  for (const [reason, said] of Object.entries(asMap(written.reasons))) {
    const { title, text } = asMap(said);
    if (typeof text !== 'string' || text === '' || (title !== undefined && typeof title !== 'string'))
      fault(
        'missing-text',
        `expected { title: …, text: … } (a title may be left out) for ${reason}`,
        'reasons',
        reason,
      );
    else reasons[reason] = { title, text };
  }
  for (const cause of CAUSES) {
    if (reasons[cause] === undefined && !Object.hasOwn(asMap(written.reasons), cause))
      fault('missing-text', `expected a text for the reason ${cause}, found none`, 'reasons');
  }
  if (faults.length > 0) return faults;
  const { request = '', hint = '', ...overload } = texts;
  return {
    language,
    overload: { ...overload, reasons } as unknown as PageLanguage['overload'],
    requestId: request,
    quoteIt: hint,
  };
}

function canonicalTag(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
  }
}
