import { Fault } from '../core/fault.ts';
import { type Colour, contrastOf, readColour } from './colour.ts';
import { placeAt } from './place-at.ts';

/** WCAG 2.2, success criterion 1.4.3, for text of usual size. */
const LEAST = 4.5;

interface Rule {
  readonly selector: string;
  readonly declarations: ReadonlyMap<string, string>;
  /** Where it begins in the text. */
  readonly offset: number;
  readonly dark: boolean;
}

/**
 * Colours of text and ground that are too near each other, as far as style sheets in the text say so by themselves: a rule's `color` on its own
 * background, or on that of `body`; custom properties of `:root`, once in light and once in dark.
 */
export function auditContrast(text: string, file: string): Fault[] {
  const sheets = [...text.matchAll(/<style\b[^>]*>([\s\S]*?)<\/style>/gi)];
  // A part that is a style sheet alone.
  const rules = text.includes('<')
    ? sheets.flatMap((sheet) => rulesOf(sheet[1] ?? '', sheet.index + sheet[0].indexOf('>') + 1))
    : rulesOf(text, 0);
  const faults = new Map<number, Fault>();
  for (const dark of [false, true]) {
    const inForce = rules.filter((rule) => dark || !rule.dark);
    const properties = new Map(
      inForce
        .filter(({ selector }) => /(?:^|,)\s*(?::root|html)\s*(?:,|$)/.test(selector))
        .flatMap(({ declarations }) => [...declarations]),
    );
    const colourOf = (value: string | undefined): Colour | undefined =>
      value === undefined ? undefined : readColour(resolve(value, properties));
    const body = inForce.filter(({ selector }) => /(?:^|,)\s*body\s*(?:,|$)/.test(selector));
    const ground = colourOf(body.map(backgroundOf).findLast((value) => value !== undefined));
    for (const rule of inForce) {
      const front = colourOf(rule.declarations.get('color'));
      const back = colourOf(backgroundOf(rule)) ?? ground;
      if (front === undefined || back === undefined) continue;
      const contrast = contrastOf(front, back);
      if (contrast >= LEAST || faults.has(rule.offset)) continue;
      const message = `expected a contrast of at least ${LEAST} : 1 (WCAG AA), found ${contrast.toFixed(1)} : 1 for ${rule.selector}${dark ? ' in the dark' : ''}`;
      faults.set(rule.offset, new Fault('overload-page/contrast', message, placeAt(text, file, rule.offset)));
    }
  }
  return [...faults.values()];
}

function backgroundOf({ declarations }: Rule): string | undefined {
  return declarations.get('background-color') ?? declarations.get('background');
}

function rulesOf(sheet: string, start: number): Rule[] {
  const darkRanges = [...sheet.matchAll(/@media[^{]*prefers-color-scheme:\s*dark[^{]*\{/g)].map(
    ({ index, 0: head }) => [index, endOfBlock(sheet, index + head.length)] as const,
  );
  return [...sheet.matchAll(/([^{}@;]+)\{([^{}]*)\}/g)].map((match) => {
    const [, selector = '', block = ''] = match;
    const offset = match.index + (selector.length - selector.trimStart().length);
    return {
      selector: selector.trim(),
      declarations: new Map(
        block
          .split(';')
          .map((declaration) => declaration.split(/:([\s\S]*)/))
          .map(([name = '', value = '']) => [name.trim(), value.trim()] as const),
      ),
      offset: start + offset,
      dark: darkRanges.some(([from, to]) => offset > from && offset < to),
    };
  });
}

function endOfBlock(sheet: string, start: number): number {
  let depth = 1;
  for (let index = start; index < sheet.length; index++) {
    if (sheet[index] === '{') depth++;
    else if (sheet[index] === '}' && --depth === 0) return index;
  }
  return sheet.length;
}

function resolve(value: string, properties: ReadonlyMap<string, string>): string {
  const name = /^var\(\s*(--[\w-]+)\s*\)$/.exec(value)?.[1];
  return name === undefined ? value : (properties.get(name) ?? value);
}
