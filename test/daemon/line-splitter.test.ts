import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LineSplitter } from '../../src/daemon/line-splitter.ts';

const utf8 = new TextEncoder();

function split(chunks: readonly Uint8Array[], maxBytes?: number): string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line), maxBytes);
  for (const chunk of chunks) splitter.write(chunk);
  splitter.end();
  return lines;
}

describe('output in lines', () => {
  test.each([
    ['one line', ['a\n'], ['a']],
    ['a line without its end', ['a\nb'], ['a', 'b']],
    ['CRLF', ['a\r\nb\r\n'], ['a', 'b']],
    ['empty lines left out', ['\n\na\n\n'], ['a']],
    ['a line in pieces', ['he', 'll', 'o\nyou'], ['hello', 'you']],
    ['nothing', [''], []],
  ])('%s', (_name, chunks, lines) => {
    expect(split(chunks.map((chunk) => utf8.encode(chunk)))).toEqual(lines);
  });

  test('a line over the bound comes in pieces', () => {
    expect(split([utf8.encode('abcdefgh\nxyz')], 3)).toEqual(['abc', 'def', 'gh', 'xyz']);
  });

  test('the lines do not depend on how the bytes arrive', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'é', '\n', 'b') });
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 5 }), (whole, size) => {
        const bytes = utf8.encode(whole);
        const chunks: Uint8Array[] = [];
        for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
        expect(split(chunks)).toEqual(whole.split('\n').filter((line) => line !== ''));
      }),
    );
  });
});
