import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scgiTarget } from '../../../src/protocol/scgi/scgi-target.ts';
import { viewOf } from '../../support/view-of.ts';

type Head = Readonly<Record<string, string>>;

/** What nginx 1.22, Apache 2.4 and lighttpd 1.4 send for `/wiki/a%20b/./x/../%41;p//y?q=%20"`. */
const REQUEST_URI = '/wiki/a%20b/./x/../%41;p//y?q=%20"';

describe('the path that routes', () => {
  test.each<[string, Head, string, string]>([
    [
      'nginx: DOCUMENT_URI',
      { REQUEST_URI, DOCUMENT_URI: '/wiki/a b/A;p/y', QUERY_STRING: 'q=%20"' },
      '/wiki/a b/A;p/y',
      'q=%20"',
    ],
    [
      'Apache: SCRIPT_NAME with all of it',
      { REQUEST_URI, SCRIPT_NAME: '/wiki/a b/A;p/y', QUERY_STRING: 'q=%20"' },
      '/wiki/a b/A;p/y',
      'q=%20"',
    ],
    [
      'Apache with proxy-scgi-pathinfo, and lighttpd with a prefix: both parts',
      { REQUEST_URI, SCRIPT_NAME: '/wiki', PATH_INFO: '/a b/A;p/y', QUERY_STRING: '' },
      '/wiki/a b/A;p/y',
      '',
    ],
    [
      'lighttpd: PATH_INFO',
      { REQUEST_URI, SCRIPT_NAME: '', PATH_INFO: '/wiki/a b/A;p/y', QUERY_STRING: 'q=%20%22' },
      '/wiki/a b/A;p/y',
      'q=%20%22',
    ],
    ['a peer that only knows REQUEST_URI', { REQUEST_URI }, '/wiki/a b/A;p//y', 'q=%20"'],
    [
      'a peer whose other paths are empty',
      { REQUEST_URI: '/x?y', SCRIPT_NAME: '', DOCUMENT_URI: '' },
      '/x',
      'y',
    ],
    ['a peer that does not say REQUEST_URI', { SCRIPT_NAME: '/x' }, '/x', ''],
    ['what is decoded is not decoded again', { SCRIPT_NAME: '/a%41?#\x01\xff' }, '/a%41?#\x01\xff', ''],
    ['dot segments that a peer has left', { DOCUMENT_URI: '/a/./b/../c' }, '/a/c', ''],
    [
      'the front server, where the two disagree: its rules of access went by its own path',
      { REQUEST_URI: '/private/a//../../b', DOCUMENT_URI: '/b' },
      '/b',
      '',
    ],
  ])('of %s', (_who, head, path, query) => {
    expect(scgiTarget(viewOf(head))).toEqual({ path, query });
  });

  test.each<[string, Head]>([
    ['none at all', {}],
    ['one without a slash', { SCRIPT_NAME: 'wiki.cgi' }],
    ['one that climbs above the root', { DOCUMENT_URI: '/../etc' }],
    ['an encoded NUL', { REQUEST_URI: '/a%00' }],
  ])('is refused where there is %s', (_what, head) => {
    expect(scgiTarget(viewOf(head))).toMatchObject({ kind: 'refusal', status: 400 });
  });

  test('has every byte of a decoded path that has no dot segments', () => {
    const byte = fc.integer({ min: 1, max: 255 }).map((unit) => String.fromCharCode(unit));
    const path = fc.array(byte).map((units) => `/x${units.join('').replaceAll('.', '')}`);
    fc.assert(
      fc.property(path, (decoded) => {
        expect(scgiTarget(viewOf({ SCRIPT_NAME: decoded }))).toEqual({ path: decoded, query: '' });
      }),
    );
  });
});
