import { describe, expect, test } from 'vitest';
import { socketAddresses } from '../../src/frontend/socket-address.ts';

describe('the sockaddr of an address', () => {
  test.each([
    ['127.0.0.1', [2, 0, 0x1f, 0x90, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]],
    ['::1', [10, 0, 0x1f, 0x90, 0, 0, 0, 0, ...Array<number>(15).fill(0), 1, 0, 0, 0, 0]],
    [
      '2001:db8::ffff:192.0.2.33',
      [
        10, 0, 0x1f, 0x90, 0, 0, 0, 0, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 33, 0, 0,
        0, 0,
      ],
    ],
  ])('of %s', async (host, bytes) => {
    expect((await socketAddresses({ kind: 'tcp', host, port: 8080 })).map((one) => [...one])).toEqual([
      bytes,
    ]);
  });

  test('of a name is that of each of its addresses', async () => {
    const found = await socketAddresses({ kind: 'tcp', host: 'localhost', port: 80 });
    expect(found.map((one) => one[0])).toContain(2);
  });

  test('of a name that nobody knows cannot be had', async () => {
    await expect(socketAddresses({ kind: 'tcp', host: 'nobody.invalid', port: 80 })).rejects.toThrow();
  });
});
