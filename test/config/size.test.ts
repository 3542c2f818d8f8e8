import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatSize, parseSize } from '../../src/config/size.ts';

describe('a size', () => {
  test.each([
    ['0B', 0],
    ['512B', 512],
    ['1kB', 1000],
    ['1KB', 1000],
    ['64KiB', 65_536],
    ['20MB', 20_000_000],
    ['1.5MiB', 1_572_864],
    ['2GB', 2e9],
    ['1GiB', 1_073_741_824],
  ])('%s is %d bytes', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  test.each(['', '5', '5 MB', '5mb', '5M', '-1B', '1e3B', 'MB', '5MBs'])('%j is none', (text) => {
    expect(parseSize(text)).toBeUndefined();
  });

  test('is written so that it reads back to the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 45 }), (bytes) => {
        expect(parseSize(formatSize(bytes))).toBe(bytes);
      }),
    );
  });
});
