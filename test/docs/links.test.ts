import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { documents } from '../support/documents.ts';

const root = resolve(import.meta.dirname, '../..');
const scripts: Readonly<Record<string, string>> = packageJson.scripts;

const withoutBlocks = (text: string): string => text.replaceAll(/^```[\s\S]*?^```$/gm, '');

/** As GitHub names them: what is no letter, digit, hyphen or underscore goes, spaces become hyphens, the second of a name gets `-1`. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of withoutBlocks(text).matchAll(/^#{1,6} (.+)$/gm)) {
    const slug = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
    let anchor = slug;
    for (let number = 1; anchors.has(anchor); number += 1) anchor = `${slug}-${number}`;
    anchors.add(anchor);
  }
  return anchors;
}

function linksOf(text: string): string[] {
  const links = [...withoutBlocks(text).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link]) => link ?? []);
  return links.filter((link) => !/^[a-z]+:/.test(link));
}

describe.each([...documents])('%s', (path, text) => {
  test('has links that lead somewhere, to headings that are there', () => {
    for (const link of linksOf(text)) {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? path : relative(root, join(root, dirname(path), file));
      expect(existsSync(join(root, target)), link).toBe(true);
      if (anchor !== undefined) expect(anchorsOf(documents.get(target) ?? ''), link).toContain(anchor);
    }
  });

  test('names files of this repository that are there', () => {
    const named = text.matchAll(
      /(?<![\w./-])(?:bin|demo|docs|grafana|policies|python|schema|scripts|src|test)\/[\w./-]+\.\w+/g,
    );
    for (const [file] of named)
      expect(existsSync(join(root, file)) || existsSync(join(root, dirname(path), file)), file).toBe(true);
  });

  test('names npm scripts that are there', () => {
    for (const [, name = ''] of text.matchAll(/npm run (?:-- )?([a-z:-]+)/g))
      expect(scripts).toHaveProperty([name]);
  });

  test('stands by itself: a title, and who needs it', () => {
    expect(text).toMatch(/^# .+\n\n\S.+/);
  });
});

test('every document is linked in the README', () => {
  const linked = linksOf(documents.get('README.md') ?? '');
  for (const path of documents.keys()) if (path !== 'README.md') expect(linked).toContain(path);
});
