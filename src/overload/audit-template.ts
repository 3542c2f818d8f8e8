import { Fault } from '../core/fault.ts';
import { auditContrast } from './audit-contrast.ts';
import { placeAt } from './place-at.ts';

/**
 * What is unwise in a template or a part of one, though it can be used: what would ask the overloaded server for more, a language that is not said,
 * variables where escaping for HTML is not enough, colours that are hard to tell apart.
 */
export function auditTemplate(template: string, file: string): Fault[] {
  const faults: Fault[] = [];
  const tell = (code: string, message: string, offset: number): void => {
    faults.push(new Fault(`overload-page/${code}`, message, placeAt(template, file, offset)));
  };
  for (const [whole, attribute = '', target = '', index] of requests(template)) {
    const at = index + whole.indexOf(target);
    tell(
      'external-request',
      `expected a page that needs nothing more, found ${attribute} ${target}: put it into the page, as a data: address or in place`,
      at,
    );
  }
  const html = /<html\b[^>]*>/i.exec(template);
  if (html !== null) {
    const language = /\blang\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))/i.exec(html[0]);
    const said = language?.[1] ?? language?.[2] ?? language?.[3];
    if (said === undefined)
      tell(
        'missing-language',
        'expected <html lang="{{language}}" dir="{{direction}}">, found no language: readers aloud would guess',
        html.index,
      );
    else if (!said.includes('{{'))
      tell(
        'missing-language',
        `expected lang="{{language}}", found ${said}: visitors of every language get this page`,
        html.index,
      );
  }
  for (const { offset, name, where } of unsafeVariables(template))
    tell(
      'unsafe-place',
      `expected {{${name}}} in text or in an attribute with quotes, found it in ${where}, where escaping for HTML does not protect`,
      offset,
    );
  faults.push(...auditContrast(template, file));
  return faults;
}

type Request = readonly [whole: string, attribute: string, target: string, index: number];

/** What a browser fetches for the page; links that a visitor follows are not among it. */
function requests(template: string): Request[] {
  const patterns = [
    /<(?:img|script|iframe|audio|video|source|embed|track|input)\b[^>]*?\s(src|srcset|poster)\s*=\s*["']?([^"'\s>]+)/gi,
    /<link\b[^>]*?\s(href)\s*=\s*["']?([^"'\s>]+)/gi,
    /<object\b[^>]*?\s(data)\s*=\s*["']?([^"'\s>]+)/gi,
    /\b(url)\(\s*["']?([^"')\s]+)/gi,
    /(@import)\s+["']([^"']+)/gi,
  ];
  return patterns
    .flatMap((pattern) => [...template.matchAll(pattern)])
    .map((match): Request => [match[0], match[1] ?? '', match[2] ?? '', match.index])
    .filter(([, , target]) => !/^(?:data:|#|\{\{)/i.test(target))
    .sort((a, b) => a[3] - b[3]);
}

function unsafeVariables(template: string): { offset: number; name: string; where: string }[] {
  const found: { offset: number; name: string; where: string }[] = [];
  const places: readonly [RegExp, string][] = [
    [/<script\b[^>]*>[\s\S]*?<\/script>/gi, 'a script'],
    [/<style\b[^>]*>[\s\S]*?<\/style>/gi, 'a style sheet'],
    [/\son\w+\s*=\s*(?:"[^"]*"|'[^']*')/gi, 'a script'],
    [/\s[\w-]+=\{\{[^}]*\}\}/g, 'an attribute without quotes'],
  ];
  for (const [pattern, where] of places) {
    for (const place of template.matchAll(pattern)) {
      for (const variable of place[0].matchAll(/\{\{\s*(\w+)\s*\}\}/g))
        found.push({ offset: place.index + variable.index, name: variable[1] ?? '', where });
    }
  }
  return found.sort((a, b) => a.offset - b.offset);
}
