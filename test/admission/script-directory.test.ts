import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ScriptDirectory } from '../../src/admission/script-directory.ts';

let root: string;
let scripts: ScriptDirectory;

beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'spillway-scripts-')));
  const bin = join(root, 'bin');
  for (const folder of ['bin', 'bin/deep', 'bin/deep/er', 'bin/.git', 'outside', 'bin-two'])
    mkdirSync(join(root, folder));
  const program = (path: string, mode = 0o755): void =>
    writeFileSync(join(root, path), '#!/bin/sh\n', { mode });
  for (const path of [
    'bin/wiki',
    'bin/deep/er/tool.cgi',
    'bin/größe',
    'bin/.hidden',
    'bin/.git/hook',
    'outside/evil',
  ])
    program(path);
  for (const path of ['bin/%2e', 'bin/a b', 'bin-two/evil']) program(path);
  program('bin/data.txt', 0o644);
  const link = (target: string, at: string): void => symlinkSync(target, join(bin, at));
  link('wiki', 'inner');
  link('../outside/evil', 'outer');
  link('../outside', 'out');
  link('../bin-two/evil', 'neighbour');
  link('.hidden', 'uncovered');
  link('nowhere', 'dangling');
  link('round', 'round');
  link('deep', 'shallow');
  symlinkSync(bin, join(root, 'linked-root'));
  execFileSync('mkfifo', [join(bin, 'fifo')]);
  scripts = new ScriptDirectory(bin);
});
afterAll(() => rmSync(root, { recursive: true }));

const latin1 = (text: string): string => Buffer.from(text).toString('latin1');

describe('a directory of programs', () => {
  test.each([
    ['/wiki', '/wiki', '', 'wiki'],
    ['/wiki/', '/wiki', '/', 'wiki'],
    ['/wiki/page/..name//x', '/wiki', '/page/..name//x', 'wiki'],
    ['/deep/er/tool.cgi/rest', '/deep/er/tool.cgi', '/rest', 'deep/er/tool.cgi'],
    ['/inner/x', '/inner', '/x', 'wiki'],
    ['/shallow/er/tool.cgi', '/shallow/er/tool.cgi', '', 'deep/er/tool.cgi'],
    ['/a b', '/a b', '', 'a b'],
    ['/%2e', '/%2e', '', '%2e'],
    [latin1('/größe/ü'), latin1('/größe'), latin1('/ü'), latin1('größe')],
  ])('finds the program of %j', (path, name, pathInfo, program) => {
    expect(scripts.find(path)).toEqual({ name, pathInfo, program: latin1(`${root}/bin/`) + program });
  });

  test.each([
    ['the directory itself', ''],
    ['the directory itself', '/'],
    ['a directory below', '/deep'],
    ['a directory below', '/deep/er/'],
    ['nothing', '/none'],
    ['nothing below a directory', '/deep/none/x'],
    ['a parent', '/../outside/evil'],
    ['a parent later on', '/deep/../wiki'],
    ['itself', '/./wiki'],
    ['an empty segment', '//wiki'],
    ['a hidden file', '/.hidden'],
    ['a file in a hidden directory', '/.git/hook'],
    ['a NUL', '/wiki\0'],
    ['a NUL and more', '/wiki\0.cgi'],
    ['bytes that are no name here', '/gr\xf6\xdfe'],
    ['a name that is too long', `/${'x'.repeat(300)}`],
    ['a path that is too long', '/x'.repeat(5000)],
    ['a link that leads nowhere', '/dangling'],
    ['a link that leads to itself', '/round'],
    ['something that is no regular file', '/fifo'],
    ['a path without a slash', 'wiki'],
  ])('has no program for %s: %j', (_what, path) => {
    expect(scripts.find(path)).toBe('not-found');
  });

  test.each([
    ['a file that may not be executed', '/data.txt'],
    ['a link out of it', '/outer'],
    ['a file in a directory that is linked in from outside', '/out/evil'],
    ['a link to a directory whose name begins with its own', '/neighbour'],
    ['a link to a hidden file', '/uncovered'],
  ])('forbids %s: %s', (_what, path) => {
    expect(scripts.find(path)).toBe('forbidden');
  });

  test('that is itself a link has its programs at their real place', () => {
    const linked = new ScriptDirectory(join(root, 'linked-root'));
    expect(linked.find('/wiki')).toMatchObject({ program: latin1(`${root}/bin/wiki`) });
    expect(linked.find('/outer')).toBe('forbidden');
  });

  test('finds a program that has just been put there', () => {
    expect(scripts.find('/new')).toBe('not-found');
    writeFileSync(join(root, 'bin/new'), '#!/bin/sh\n', { mode: 0o755 });
    expect(scripts.find('/new')).toMatchObject({ name: '/new' });
  });
});
