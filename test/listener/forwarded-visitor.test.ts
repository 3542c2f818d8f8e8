import { describe, expect, test } from 'vitest';
import { ForwardedView } from '../../src/listener/forwarded-view.ts';
import { forwardedVisitor } from '../../src/listener/forwarded-visitor.ts';
import { plainAddress } from '../../src/listener/plain-address.ts';
import { TrustedProxies } from '../../src/listener/trusted-proxies.ts';
import { viewOf } from '../support/view-of.ts';

const trusted = new TrustedProxies(['127.0.0.1', '::1', '10.0.0.0/8', 'fd00::/8', '192.0.2.7']);

describe('a trusted proxy', () => {
  test.each([
    ['127.0.0.1', true],
    ['127.0.0.2', false],
    ['10.255.0.1', true],
    ['11.0.0.1', false],
    ['::1', true],
    ['0:0:0:0:0:0:0:1', true],
    ['fd12:3456::1', true],
    ['fe80::1', false],
    ['::ffff:10.1.1.1', true],
    ['::FFFF:0a01:0101', true],
    ['::ffff:11.1.1.1', false],
    ['10.0.0', false],
    ['010.0.0.1', false],
    ['', true], // Whoever has no address is this machine, which is trusted here.
    ['localhost', false],
  ])('%s: %s', (address, expected) => {
    expect(trusted.has(address)).toBe(expected);
  });

  test('is nobody where nobody is named, and only Unix sockets where only they are', () => {
    expect(new TrustedProxies([]).has('127.0.0.1')).toBe(false);
    const unix = new TrustedProxies(['unix']);
    expect([unix.unix, unix.has('127.0.0.1')]).toEqual([true, false]);
    expect(trusted.unix).toBe(false);
  });
});

describe('the visitor of X-Forwarded-For', () => {
  test.each<[string, string | undefined, string | undefined]>([
    ['is nobody without it', undefined, undefined],
    ['is its only address', '203.0.113.5', '203.0.113.5'],
    ['is the rightmost that is not trusted', '198.51.100.1, 203.0.113.5, 10.0.0.1, 192.0.2.7', '203.0.113.5'],
    ['is not what the visitor wrote to its left', '127.0.0.1, 203.0.113.5', '203.0.113.5'],
    ['is the leftmost where all are trusted', '10.0.0.9,10.0.0.1', '10.0.0.9'],
    ['may be IPv6', '2001:db8::5, fd00::1', '2001:db8::5'],
    ['is IPv4 where it is mapped', '::ffff:203.0.113.5', '203.0.113.5'],
    ['is trusted also where it is mapped', '203.0.113.5, ::ffff:10.0.0.1', '203.0.113.5'],
    ['has no port', '203.0.113.5:4711', '203.0.113.5'],
    ['has no brackets', '[2001:db8::5]:4711', '2001:db8::5'],
    ['stops at what is no address', '203.0.113.5, unknown, 10.0.0.1', '10.0.0.1'],
    ['is nobody behind what is no address', '203.0.113.5, unknown', undefined],
    ['is nobody in an empty list', '', undefined],
    ['is nobody behind a comma', '203.0.113.5,', undefined],
    ['is not an address with leading zeros', '010.0.0.1', undefined],
    ['is not an address out of range', '203.0.113.256', undefined],
    ['is not an address with a zone', 'fe80::1%eth0', undefined],
    ['is not a line of markup', '<script>', undefined],
  ])('%s', (_what, list, expected) => {
    expect(forwardedVisitor({ for: list, proto: undefined }, trusted).address).toBe(expected);
  });

  test('takes no longer for a hostile list', () => {
    const list = `${','.repeat(100_000)}${'10.0.0.1,'.repeat(100_000)}10.0.0.1`;
    const began = performance.now();
    expect(forwardedVisitor({ for: list, proto: undefined }, trusted).address).toBe('10.0.0.1');
    expect(performance.now() - began).toBeLessThan(2000);
  });
});

test.each([
  ['https', 'https'],
  ['HTTP', 'http'],
  ['http, https', 'https'],
  ['ftp', undefined],
  ['', undefined],
  [undefined, undefined],
])('X-Forwarded-Proto "%s" means %s', (proto, expected) => {
  expect(forwardedVisitor({ for: undefined, proto }, trusted).scheme).toBe(expected);
});

test.each([
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::FFFF:c000:0201', '192.0.2.1'],
  ['0:0:0:0:0:ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8::1', '2001:db8::1'],
  ['::1', '::1'],
  ['192.0.2.1', '192.0.2.1'],
  [undefined, '127.0.0.1'],
])('the address %s is called %s', (address, expected) => {
  expect(plainAddress(address)).toBe(expected);
});

describe('the variables of a request through a trusted proxy', () => {
  const base = {
    REMOTE_ADDR: '10.0.0.1',
    REMOTE_PORT: '4711',
    REQUEST_SCHEME: 'http',
    SERVER_PORT: '8080',
    HTTP_HOST: 'example.org',
  };

  test('are those of the visitor, by HTTPS', () => {
    const fields = { HTTP_X_FORWARDED_FOR: '203.0.113.5', HTTP_X_FORWARDED_PROTO: 'https' };
    const view = new ForwardedView(viewOf({ ...base, ...fields }), trusted);
    const expected = {
      REMOTE_ADDR: '203.0.113.5',
      REQUEST_SCHEME: 'https',
      HTTPS: 'on',
      SERVER_PORT: '443',
      HTTP_HOST: 'example.org',
      ...fields,
    };
    expect(Object.fromEntries(view.entries())).toEqual(expected);
    for (const [name, value] of Object.entries({ ...expected, REMOTE_PORT: undefined }))
      expect([name, view.meta(name)]).toEqual([name, value]);
  });

  test('have the port that the visitor named', () => {
    const fields = { HTTP_HOST: 'example.org:8443', HTTP_X_FORWARDED_PROTO: 'https' };
    expect(new ForwardedView(viewOf({ ...base, ...fields }), trusted).meta('SERVER_PORT')).toBe('8443');
  });

  test('stay as they are where it says nothing, and X-Forwarded-Host changes none', () => {
    const fields = { HTTP_X_FORWARDED_HOST: 'evil.example' };
    const view = new ForwardedView(viewOf({ ...base, ...fields }), trusted);
    expect(Object.fromEntries(view.entries())).toEqual({ ...base, ...fields });
  });
});
