import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatAddress, parseAddress } from '../../src/config/address.ts';

describe('an address', () => {
  test.each([
    ['127.0.0.1:8080', { kind: 'tcp', host: '127.0.0.1', port: 8080 }],
    ['[::1]:8080', { kind: 'tcp', host: '::1', port: 8080 }],
    ['localhost:80', { kind: 'tcp', host: 'localhost', port: 80 }],
    ['my-host.example:0', { kind: 'tcp', host: 'my-host.example', port: 0 }],
    [':8080', { kind: 'tcp', host: '::', port: 8080 }],
    ['unix:./wiki.sock', { kind: 'unix', path: './wiki.sock' }],
    ['unix:/run/a b:c.sock', { kind: 'unix', path: '/run/a b:c.sock' }],
  ])('%s is read', (text, address) => {
    expect(parseAddress(text)).toEqual(address);
  });

  test.each([
    '',
    '8080',
    'localhost',
    'localhost:',
    'localhost:65536',
    'localhost:-1',
    '::1:8080',
    '[::1]',
    '[1::2::3]:80',
    '[127.0.0.1]:80',
    '300.0.0.1:80',
    '1.2.3:80',
    'http://localhost:80',
    'a b:80',
    'unix:',
    'unix:a\0b',
  ])('%j is none', (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });

  test('is written so that it reads back to the same', () => {
    const host = fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain());
    fc.assert(
      fc.property(host, fc.integer({ min: 0, max: 65_535 }), (name, port) => {
        const address = { kind: 'tcp', host: name, port } as const;
        expect(parseAddress(formatAddress(address))).toEqual(address);
      }),
    );
  });
});
