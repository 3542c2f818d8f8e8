import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeSlotName, parseSlotName, type SlotState } from '../../src/frontend/slot-name.ts';

const states: readonly SlotState[] = ['waiting', 'exec', 'forward'];

describe('the name of a slot', () => {
  test('says which process and what it is at', () => {
    expect(encodeSlotName({ pid: 4711, start: '901234', state: 'forward' })).toBe('4711-901234-forward');
  });

  test('gives back what it was made of', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2 ** 22 }),
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        fc.constantFrom(...states),
        (pid, start, state) => {
          const slot = { pid, start: String(start), state };
          expect(parseSlotName(encodeSlotName(slot))).toEqual(slot);
        },
      ),
    );
  });

  test('is one name only, and any other is none', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-z-]{0,24}$/)), (name) => {
        const slot = parseSlotName(name);
        if (slot !== undefined) expect(encodeSlotName(slot)).toBe(name);
      }),
    );
  });

  test.each([
    '',
    '12',
    '12-34',
    '012-34-exec',
    '12-034-exec',
    '12-34-shed',
    '12-34-exec-',
    '-12-34-exec',
    '12-34-exec\n',
    '0-1-exec',
  ])('%j is no name of a slot', (name) => expect(parseSlotName(name)).toBeUndefined());
});
