import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Parameters } from '../../src/core/parameter.ts';
import { checkParameters } from '../../src/policy/check-parameters.ts';

const declared = {
  start: { kind: 'number', default: 1, minimum: 0, maximum: 100, unit: 'load per processor', meaning: '-' },
  slots: { kind: 'integer', default: 8, minimum: 1, unit: 'requests', meaning: '-' },
  retry_after: { kind: 'duration', default: 10_000, minimum: 1000, maximum: 3_600_000, meaning: '-' },
  warm: { kind: 'boolean', default: true, meaning: '-' },
  lane: { kind: 'choice', default: 'any', choices: ['any', 'exec', 'forward'], meaning: '-' },
} as const satisfies Parameters;
const defaults = { start: 1, slots: 8, retry_after: 10_000, warm: true, lane: 'any' };

describe('parameters as an operator writes them', () => {
  test('nothing written gives the defaults', () => {
    expect(checkParameters(declared, {})).toEqual({ ok: true, values: defaults });
  });

  test.each<[string, unknown, unknown]>([
    ['start', 2.5, 2.5],
    ['start', 0, 0],
    ['slots', 12, 12],
    ['retry_after', '5s', 5000],
    ['retry_after', '2m', 120_000],
    ['retry_after', '1h', 3_600_000],
    ['retry_after', '1500ms', 1500],
    ['warm', false, false],
    ['lane', 'forward', 'forward'],
  ])('%s: %o is taken as %o', (key, written, value) => {
    expect(checkParameters(declared, { [key]: written })).toEqual({
      ok: true,
      values: { ...defaults, [key]: value },
    });
  });

  test.each<[string, unknown, string, string]>([
    ['start', '2', 'a number (load per processor) from 0 to 100', '"2"'],
    ['start', 101, 'a number (load per processor) from 0 to 100', '101'],
    ['start', Number.NaN, 'a number (load per processor) from 0 to 100', 'NaN'],
    ['slots', 2.5, 'a whole number (requests) of at least 1', '2.5'],
    ['slots', 0, 'a whole number (requests) of at least 1', '0'],
    ['retry_after', 10, 'a duration such as 250ms, 5s, 2m or 1h from 1s to 1h', '10'],
    ['retry_after', '10', 'a duration such as 250ms, 5s, 2m or 1h from 1s to 1h', '"10"'],
    ['retry_after', '2h', 'a duration such as 250ms, 5s, 2m or 1h from 1s to 1h', '"2h"'],
    ['warm', 'yes', 'true or false', '"yes"'],
    ['lane', 'foward', 'one of any, exec, forward (did you mean forward?)', '"foward"'],
    ['lane', ['exec'], 'one of any, exec, forward', 'a list'],
    ['lane', null, 'one of any, exec, forward', 'nothing'],
    [
      'strat',
      1,
      'one of start, slots, retry_after, warm, lane (did you mean start?)',
      'an unknown parameter',
    ],
    ['toString', 1, 'one of start, slots, retry_after, warm, lane', 'an unknown parameter'],
  ])('%s: %o is refused', (key, written, expected, found) => {
    expect(checkParameters(declared, { [key]: written })).toEqual({
      ok: false,
      problems: [{ key, expected, found }],
    });
  });

  test('all that is wrong is said at once', () => {
    const checked = checkParameters(declared, { start: -1, warm: 1, colour: 'red' });
    expect(checked.ok ? [] : checked.problems.map(({ key }) => key)).toEqual(['start', 'warm', 'colour']);
  });

  test('a policy without parameters says so', () => {
    expect(checkParameters({}, { start: 1 })).toMatchObject({
      problems: [{ expected: 'no parameters: this policy has none' }],
    });
  });

  test('whatever is written gives values within the declaration or problems', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...Object.keys(declared), 'x'), fc.anything()), (given) => {
        const checked = checkParameters(declared, given);
        if (checked.ok) expect(Object.keys(checked.values)).toEqual(Object.keys(declared));
        else expect(checked.problems.length).toBeGreaterThan(0);
      }),
    );
  });
});
