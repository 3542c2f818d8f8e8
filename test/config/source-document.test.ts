import { describe, expect, test } from 'vitest';
import type { KeyPath } from '../../src/config/key-path.ts';
import { SourceDocument } from '../../src/config/source-document.ts';

const text = `usual: &usual { port: 1 }
apps:
  wiki:
    <<: *usual
    words: [one, "two"]
    other: *usual
  "a b": ~
`;

describe('a place in a file', () => {
  test.each<[path: KeyPath, part: 'key' | 'value', line: number, column: number, key: string | undefined]>([
    [[], 'value', 1, 1, undefined],
    [['apps'], 'key', 2, 1, 'apps'],
    [['apps', 'wiki', 'words'], 'key', 5, 5, 'apps.wiki.words'],
    [['apps', 'wiki', 'words', 1], 'value', 5, 18, 'apps.wiki.words[1]'],
    [['apps', 'a b'], 'value', 7, 10, 'apps."a b"'],
    // Behind an alias the place is where the value is written.
    [['apps', 'wiki', 'other', 'port'], 'value', 1, 23, 'apps.wiki.other.port'],
    // What is not there, or comes from a merge, has the place of the nearest key above.
    [['apps', 'wiki', 'port'], 'value', 3, 3, 'apps.wiki.port'],
    [['apps', 'wiki', 'words', 7], 'value', 5, 5, 'apps.wiki.words[7]'],
    [['nowhere', 'at', 'all'], 'key', 1, 1, 'nowhere.at.all'],
  ])('%j, its %s, is at %d:%d', (path, part, line, column, key) => {
    const place = new SourceDocument('/f.yaml', text).place(path, part);
    expect(place).toEqual({ file: '/f.yaml', line, column, ...(key === undefined ? {} : { key }) });
  });

  test('counts lines that end in CRLF, and a byte order mark for nothing', () => {
    const document = new SourceDocument('/f.yaml', '\uFEFFa: 1\r\nb: 2\r\n');
    expect(document.value).toEqual({ a: 1, b: 2 });
    expect(document.place(['b'])).toMatchObject({ line: 2, column: 4 });
  });
});

describe('a text that is no YAML', () => {
  test.each([
    ['lists that never end', '['.repeat(1000)],
    ['aliases without end', bomb()],
    ['an alias of itself', 'a: &a [*a]\nb: "'],
  ])('is a fault: %s', (_, broken) => {
    const document = new SourceDocument('/f.yaml', broken);
    expect(document.faults.map(({ code }) => code)).toContain('config/syntax');
    expect(document.value).toBeUndefined();
  });
});

/** Ten lists, each of ten times the one before: 10^10 entries when expanded. */
function bomb(): string {
  const levels = Array.from({ length: 10 }, (_, level) => {
    const entries =
      level === 0
        ? 'x'
        : Array(10)
            .fill(`*l${level - 1}`)
            .join(', ');
    return `l${level}: &l${level} [${entries}]\n`;
  });
  return levels.join('');
}
