import Mustache from 'mustache';
import { nearestName } from '../config/nearest-name.ts';
import { Fault, type Place } from '../core/fault.ts';
import { ANY_HOLE } from './holes.ts';
import { SECTIONS, VALUES } from './page-variables.ts';
import { placeAt } from './place-at.ts';

/** `[type, value, start, end, children]`, as `Mustache.parse` gives them; only sections have children. */
type Tag = readonly [type: string, value: string, start: number, end: number, children?: readonly Tag[]];

export interface TemplateOptions {
  readonly file: string;
  /** Names of the parts that there are. */
  readonly partials: readonly string[];
}

/** What keeps a template from being used, in order: rendering one without faults cannot fail. */
export function checkTemplate(template: string, { file, partials }: TemplateOptions): Fault[] {
  const hole = template.search(ANY_HOLE);
  if (hole >= 0) {
    const message = 'expected text, found a Unicode noncharacter (U+FDD0 to U+FDEF): remove it';
    return [new Fault('overload-page/noncharacter', message, placeAt(template, file, hole))];
  }
  const tags = parse(template, file);
  if (tags instanceof Fault) return [tags];
  return faultsOf(tags, (offset) => placeAt(template, file, offset), partials);
}

function parse(template: string, file: string): readonly Tag[] | Fault {
  try {
    return Mustache.parse(template) as unknown as Tag[];
  } catch (cause) {
    // Mustache says `Unclosed tag at 123`: the offset in characters, for tags left open that of the end of the file.
    const said = cause instanceof Error ? cause.message : String(cause);
    const at = / at (\d+)$/.exec(said);
    const offset = said.startsWith('Unclosed tag') ? template.lastIndexOf('{{') : Number(at?.[1] ?? 0);
    const found = said.replace(/ at \d+$/, '').toLowerCase();
    const message = `expected tags like {{retry_after}}, found an error: ${found}`;
    return new Fault('overload-page/broken-template', message, placeAt(template, file, offset), cause);
  }
}

function faultsOf(
  tags: readonly Tag[],
  place: (offset: number) => Place,
  partials: readonly string[],
): Fault[] {
  const faults: Fault[] = [];
  const unknown = (what: string, found: string, name: string, names: readonly string[], at: number): void => {
    const near = nearestName(name, names);
    const advice = near === undefined ? `there are ${some(names)}` : `did you mean ${near}?`;
    const message = `expected the name of a ${what}, found ${found}: ${advice}`;
    faults.push(new Fault(`overload-page/unknown-${what}`, message, place(at)));
  };
  for (const [type, value, start, , children] of tags) {
    switch (type) {
      case 'name':
        if (!Object.hasOwn(VALUES, value))
          unknown('variable', `{{${value}}}`, value, Object.keys(VALUES), start);
        break;
      case '#':
      case '^':
        if (!Object.hasOwn(SECTIONS, value))
          unknown('section', `{{${type}${value}}}`, value, Object.keys(SECTIONS), start);
        faults.push(...faultsOf(children ?? [], place, partials));
        break;
      case '>':
        if (!partials.includes(value)) unknown('partial', `{{> ${value}}}`, value, partials, start);
        break;
      case '&':
        faults.push(
          new Fault(
            'overload-page/unescaped-variable',
            `expected {{${value}}}, found a form that is not escaped ({{{${value}}}} or {{&${value}}}): use two braces`,
            place(start),
          ),
        );
        break;
    }
  }
  return faults;
}

/** All of a few; the most used of many, since docs/overload-page.md has the rest. */
function some(names: readonly string[]): string {
  return names.length <= 10 ? names.join(', ') : `${names.slice(0, 6).join(', ')} and more`;
}
