import { describe, expect, test } from 'vitest';
import { StandardErrorLines } from '../../src/backend/standard-error-lines.ts';

function linesOf(chunks: readonly string[], limits = { maxLineBytes: 10, maxBytes: 40 }): string[] {
  const lines: string[] = [];
  const reader = new StandardErrorLines(limits, (line) => lines.push(line));
  for (const chunk of chunks) reader.push(Buffer.from(chunk));
  reader.finish();
  return lines;
}

describe('lines of standard error', () => {
  test.each<[string, string[], string[]]>([
    ['nothing of nothing', [], []],
    ['lines across chunks', ['on', 'e\ntw', 'o\n'], ['one', 'two']],
    ['a last line without its end', ['one\ntwo'], ['one', 'two']],
    ['no empty lines', ['one\n\n\r\n\ntwo\n'], ['one', 'two']],
    ['a line of just the bound in one piece', ['0123456789\nx'], ['0123456789', 'x']],
    ['a long line in pieces', ['0123456789abc\nx'], ['0123456789', 'abc', 'x']],
    ['a long line in pieces, across chunks', ['01234', '56789', 'abc\nx'], ['0123456789', 'abc', 'x']],
    ['UTF-8 as text, other bytes as a sign of it', ['gr\u00fcn\n'], ['gr\u00fcn']],
    ['control characters so that they can be seen', ['\x1b[2J\ta'], ['\\x1b[2J\ta']],
  ])('give %s', (_what, chunks, lines) => {
    expect(linesOf(chunks)).toEqual(lines);
  });

  test('say how much of a flood is left out', () => {
    expect(linesOf(['x'.repeat(25), `${'y'.repeat(25)}\n`, 'z'])).toEqual([
      'xxxxxxxxxx',
      'xxxxxxxxxx',
      'xxxxxyyyyy',
      'yyyyyyyyyy',
      '[12 more bytes of standard error are left out]',
    ]);
  });
});
