import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { startInStat } from '../../src/system/start-in-stat.ts';

/** Fields 3 to 24, the start being 4711. */
const fields = (state: string) => `${state} ${'7 '.repeat(18)}4711 1 2`;

test.each([
  ['an ordinary name', `12 (sh) ${fields('S')}`, '4711'],
  ['a name with blanks and parentheses', `12 (a ) (b) Z 1) ${fields('R')}`, '4711'],
  ['a text that is cut off behind the field', `12 (sh) S ${'7 '.repeat(18)}4711`, '4711'],
  ['a process that waits to be reaped', `12 (sh) ${fields('Z')}`, undefined],
  ['a process that is dead', `12 (sh) ${fields('X')}`, undefined],
  ['a text that is cut off before it', '12 (sh) S 1 2 3', undefined],
  ['no text', '', undefined],
])('the start of a process is read from %s', (_, stat, start) => {
  expect(startInStat(stat)).toBe(start);
});

test('the start of this process is a number of ticks', () => {
  expect(startInStat(readFileSync('/proc/self/stat', 'latin1'))).toMatch(/^[0-9]+$/);
});
