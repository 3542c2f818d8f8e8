import { isIP } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAddress } from '../../src/core/parse-address.ts';

test.each<[string, readonly number[]]>([
  ['192.0.2.1', [0xc000, 0x0201]],
  ['::', [0, 0, 0, 0, 0, 0, 0, 0]],
  ['::1', [0, 0, 0, 0, 0, 0, 0, 1]],
  ['2001:DB8::7:1', [0x2001, 0xdb8, 0, 0, 0, 0, 7, 1]],
  ['1:2:3:4:5:6:7:8', [1, 2, 3, 4, 5, 6, 7, 8]],
  ['1::', [1, 0, 0, 0, 0, 0, 0, 0]],
  ['fe80::1%eth0', [0xfe80, 0, 0, 0, 0, 0, 0, 1]],
  ['::ffff:192.0.2.1', [0xc000, 0x0201]],
  ['::ffff:c000:201', [0xc000, 0x0201]],
  ['64:ff9b::192.0.2.1', [0x64, 0xff9b, 0, 0, 0, 0, 0xc000, 0x0201]],
])('%s is read', (text, groups) => {
  expect(parseAddress(text)).toEqual(groups);
});

const near = fc.array(fc.constantFrom('0', '1', '25', '256', 'ffff', 'g', '.', ':', '::', '1.2.3.4', ' '), {
  maxLength: 12,
});

test('takes what is an address, and nothing else', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        near.map((parts) => parts.join('')),
        fc.ipV4(),
        fc.ipV6(),
        fc.string(),
      ),
      (text) => {
        fc.pre(!text.includes('%'));
        // Leading zeros are read as what they are, decimal; node:net refuses them.
        fc.pre(!/(^|[.:])0\d+\./.test(text) && !/\.0\d/.test(text));
        const version = isIP(text);
        const groups = parseAddress(text);
        expect(groups !== undefined).toBe(version !== 0);
        if (version === 4) expect(groups).toHaveLength(2);
      },
    ),
    { numRuns: 3000 },
  );
});
