import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Fault } from '../../src/core/fault.ts';
import { templateAlone } from '../../src/overload/page-configuration.ts';
import { readPageSource } from '../../src/overload/read-page-source.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillway-own-page-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function read(content: string | Uint8Array): { page: string | undefined; faults: readonly Fault[] } {
  const file = join(folder, 'page.html');
  writeFileSync(file, content);
  const { source, faults } = readPageSource(templateAlone(file));
  return { page: source.templates[0], faults };
}

describe('the operator’s own page', () => {
  test('is taken with its three variables and comments', () => {
    const page = '<h1>{{application}}</h1>\n{{! for us }}<p>{{ retry_after }} {{request_id}}</p>\n';
    expect(read(page)).toEqual({ page, faults: [] });
  });

  test('may do without any variable', () => {
    expect(read('<p>Später.</p>').faults).toEqual([]);
  });

  test.each([
    ['an unknown variable', '<p>\n  {{retryafter}}', 'overload-page/unknown-variable', 2, 3],
    [
      'a variable that would not be escaped',
      '\n\n{{{application}}}',
      'overload-page/unescaped-variable',
      3,
      1,
    ],
    ['the other form of it', '{{&request_id}}', 'overload-page/unescaped-variable', 1, 1],
    ['a section of a number', 'a\n{{#retry_after}}b{{/retry_after}}', 'overload-page/unknown-section', 2, 1],
    [
      'an unknown variable in a section',
      'a\n{{#looking}} {{oops}}{{/looking}}',
      'overload-page/unknown-variable',
      2,
      14,
    ],
    ['an unknown part', '{{> haeder}}', 'overload-page/unknown-partial', 1, 1],
    ['a tag left open', '<p>\n<b>{{retry_after</b>', 'overload-page/broken-template', 2, 4],
    ['a section that ends without a start', '<p>\n\n{{/p}}', 'overload-page/broken-template', 3, 1],
    ['a noncharacter', 'a\n\uFDD0', 'overload-page/noncharacter', 2, 1],
    ['nothing', ' \n', 'overload-page/empty', 1, undefined],
  ])('with %s is a fault with its place', (_, page, code, line, column) => {
    const [fault] = read(page).faults;
    expect(fault?.code).toBe(code);
    expect(fault?.place).toEqual({
      file: join(folder, 'page.html'),
      line,
      ...(column !== undefined && { column }),
    });
    expect(fault?.message).toMatch(/^expected .*, found /);
  });

  test('in another encoding is a fault', () => {
    expect(read(Uint8Array.of(0x3c, 0xe4, 0x3e)).faults[0]?.code).toBe('overload-page/not-utf-8');
  });

  test('that is not there is a fault that names the file', () => {
    const [fault] = readPageSource(templateAlone(join(folder, 'missing.html'))).faults;
    expect(fault?.code).toBe('overload-page/unreadable');
    expect(fault?.toString()).toContain('missing.html');
  });

  test('whose parts hold themselves is a fault', () => {
    const partials = join(folder, 'parts');
    mkdirSync(partials);
    writeFileSync(join(partials, 'a.html'), '{{> b}}');
    writeFileSync(join(partials, 'b.html'), '{{> a}}');
    const { faults } = readPageSource({ ...templateAlone(undefined), partials });
    expect(faults.map(({ code }) => code)).toEqual([
      'overload-page/endless-partial',
      'overload-page/endless-partial',
    ]);
  });

  test.each([
    ['without its texts', 'nl.yaml', 'title: Even', 'overload-page/missing-text'],
    ['with a text that is none of ours', 'de.yaml', 'titel: Moment', 'overload-page/unknown-text'],
    ['without the place of the time', 'de.yaml', 'again: Später.', 'overload-page/missing-text'],
    ['that is no YAML', 'de.yaml', 'a: [', 'config/syntax'],
    ['of no known name', 'deutsch!.yaml', 'title: Moment', 'overload-page/unknown-language'],
  ])('with a language %s is a fault', (_, name, text, code) => {
    const languages = mkdtempSync(join(folder, 'languages-'));
    writeFileSync(join(languages, name), text);
    const { faults } = readPageSource({ ...templateAlone(undefined), languages });
    expect(faults[0]?.code).toBe(code);
    expect(faults[0]?.place?.file).toBe(join(languages, name));
  });
});
