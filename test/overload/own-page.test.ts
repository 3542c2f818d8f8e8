import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Fault } from '../../src/core/fault.ts';
import { readOwnPage } from '../../src/overload/own-page.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillway-own-page-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function read(content: string | Uint8Array): string {
  const file = join(folder, 'page.html');
  writeFileSync(file, content);
  return readOwnPage(file);
}

function faultOf(action: () => unknown): Fault {
  try {
    action();
  } catch (thrown) {
    if (thrown instanceof Fault) return thrown;
    throw thrown;
  }
  throw new Error('nothing was thrown');
}

describe('the operator’s own page', () => {
  test('is taken with its three variables and comments', () => {
    const page = '<h1>{{application}}</h1>\n{{! for us }}<p>{{ retry_after }} {{request_id}}</p>\n';
    expect(read(page)).toBe(page);
  });

  test('may do without any variable', () => {
    expect(read('<p>Später.</p>')).toBe('<p>Später.</p>');
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
    ['a section', 'a\n{{#retry_after}}b{{/retry_after}}', 'overload-page/unknown-tag', 2, 1],
    ['a partial', '{{> header}}', 'overload-page/unknown-tag', 1, 1],
    ['a tag left open', '<p>\n<b>{{retry_after</b>', 'overload-page/broken-template', 2, 4],
    ['a section that ends without a start', '<p>\n\n{{/p}}', 'overload-page/broken-template', 3, 1],
    ['a noncharacter', 'a\n\uFDD0', 'overload-page/noncharacter', 2, 1],
    ['nothing', ' \n', 'overload-page/empty', 1, undefined],
  ])('with %s is a fault with its place', (_, page, code, line, column) => {
    const fault = faultOf(() => read(page));
    expect(fault.code).toBe(code);
    expect(fault.place).toEqual({
      file: join(folder, 'page.html'),
      line,
      ...(column !== undefined && { column }),
    });
    expect(fault.message).toMatch(/^expected .*, found /);
  });

  test('in another encoding is a fault', () => {
    expect(faultOf(() => read(Uint8Array.of(0x3c, 0xe4, 0x3e))).code).toBe('overload-page/not-utf-8');
  });

  test('that is not there is a fault that names the file', () => {
    const fault = faultOf(() => readOwnPage(join(folder, 'missing.html')));
    expect(fault.code).toBe('overload-page/unreadable');
    expect(fault.toString()).toContain('missing.html');
  });
});
