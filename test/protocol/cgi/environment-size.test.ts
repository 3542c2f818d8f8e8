import { describe, expect, test } from 'vitest';
import { environmentSize } from '../../../src/protocol/cgi/environment-size.ts';

const KIB = 1024;

function many(count: number, length: number): [string, string][] {
  return Array.from({ length: count }, (_, index) => [
    `N${String(index).padStart(4, '0')}`,
    'v'.repeat(length),
  ]);
}

describe('the size of an environment', () => {
  test('counts names, values, "=", NUL and a pointer each, and the pointer that ends the list', () => {
    expect(environmentSize([])).toEqual({ longest: 0, total: 8, fits: true });
    const size = environmentSize([
      ['A', 'bc'],
      ['PATH_INFO', ''],
    ]);
    expect(size).toEqual({ longest: 11, total: 8 + (5 + 8) + (11 + 8), fits: true });
  });

  test('counts bytes from 128 on double, as UTF-8 has them', () => {
    expect(environmentSize([['A', '\x7f\x80\xff']]).longest).toBe(1 + 5 + 2);
  });

  test.each([
    ['a string of 128 KiB', [['A', 'v'.repeat(128 * KIB - 3)]], true],
    ['one byte more', [['A', 'v'.repeat(128 * KIB - 2)]], false],
    ['half of that in bytes that double', [['A', '\xff'.repeat(64 * KIB - 1)]], false],
    ['a little under 2 MiB in all', many(15, 127 * KIB), true],
    ['2 MiB in all', many(16, 127 * KIB + 1000), false],
    ['as many as fill 2 MiB by their pointers', many(130_000, 0), false],
  ] as [string, [string, string][], boolean][])('%s', (_, entries, fits) => {
    expect(environmentSize(entries).fits).toBe(fits);
  });
});
