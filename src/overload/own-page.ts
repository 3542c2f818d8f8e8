import { readFileSync } from 'node:fs';
import Mustache from 'mustache';
import { Fault, type Place } from '../core/fault.ts';
import { HOLES } from './spliced-text.ts';

const VARIABLES = ['application', 'request_id', 'retry_after'];

/** `[type, value, start]`, as `Mustache.parse` gives them; sections have more. */
type Tag = readonly [type: string, value: string, start: number, ...rest: unknown[]];

/**
 * Reads the operator's own overload page: an HTML file (UTF-8) with `{{application}}`, `{{request_id}}` and `{{retry_after}}`
 * (seconds). Returns the template, checked, so that rendering it cannot fail.
 * @throws Fault where the file cannot be read, is not UTF-8, or has a tag that says nothing to us.
 */
export function readOwnPage(file: string): string {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new Fault(
      'overload-page/unreadable',
      `expected a readable HTML file, found: ${found}`,
      { file },
      cause,
    );
  }
  let template: string;
  try {
    template = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    const message = 'expected text in UTF-8, found other bytes: save the file as UTF-8';
    throw new Fault('overload-page/not-utf-8', message, { file }, cause);
  }
  checkOwnPage(template, file);
  return template;
}

function checkOwnPage(template: string, file: string): void {
  if (template.trim() === '') {
    throw new Fault('overload-page/empty', 'expected an HTML page, found an empty file', { file, line: 1 });
  }
  const hole = template.search(new RegExp(`[${HOLES.requestId}${HOLES.retryAfter}]`));
  if (hole >= 0) {
    const message = 'expected text, found a Unicode noncharacter (U+FDD0 or U+FDD1): remove it';
    throw new Fault('overload-page/noncharacter', message, placeAt(template, file, hole));
  }
  for (const tag of parse(template, file)) checkTag(tag, placeAt(template, file, tag[2]));
}

function parse(template: string, file: string): readonly Tag[] {
  try {
    return Mustache.parse(template) as unknown as Tag[];
  } catch (cause) {
    // Mustache says `Unclosed tag at 123`: the offset in characters, for tags left open that of the end of the file.
    const said = cause instanceof Error ? cause.message : String(cause);
    const at = / at (\d+)$/.exec(said);
    const offset = said.startsWith('Unclosed tag') ? template.lastIndexOf('{{') : Number(at?.[1] ?? 0);
    const found = said.replace(/ at \d+$/, '').toLowerCase();
    const message = `expected tags like {{retry_after}}, found an error: ${found}`;
    throw new Fault('overload-page/broken-template', message, placeAt(template, file, offset), cause);
  }
}

function checkTag([type, value]: Tag, place: Place): void {
  const known = VARIABLES.map((name) => `{{${name}}}`).join(', ');
  switch (type) {
    case 'text':
    case '!':
    case '=':
      return;
    case 'name':
      if (VARIABLES.includes(value)) return;
      throw new Fault(
        'overload-page/unknown-variable',
        `expected one of ${known}, found {{${value}}}`,
        place,
      );
    case '&':
      throw new Fault(
        'overload-page/unescaped-variable',
        `expected {{${value}}}, found a form that is not escaped ({{{${value}}}} or {{&${value}}}): use two braces`,
        place,
      );
    default:
      throw new Fault(
        'overload-page/unknown-tag',
        `expected one of ${known}, found {{${type}${value}}}`,
        place,
      );
  }
}

function placeAt(template: string, file: string, offset: number): Place {
  const before = template.slice(0, offset).split('\n');
  return { file, line: before.length, column: (before.at(-1) ?? '').length + 1 };
}
