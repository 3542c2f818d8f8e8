import { describe, expect, test } from 'vitest';
import { Router } from '../../src/admission/router.ts';

const router = new Router([{ at: '/wiki' }, { at: '/wiki/admin' }, { at: '/w' }]);

describe('the router', () => {
  test.each([
    ['/wiki', '/wiki', ''],
    ['/wiki/', '/wiki', '/'],
    ['/wiki/Front%Page', '/wiki', '/Front%Page'],
    ['/wiki/admin', '/wiki/admin', ''],
    ['/wiki/admin/users', '/wiki/admin', '/users'],
    ['/wiki/administrator', '/wiki', '/administrator'],
    ['/w//x', '/w', '//x'],
  ])('leads %s to %s with PATH_INFO "%s"', (path, scriptName, pathInfo) => {
    expect(router.route(path)).toEqual({ target: { at: scriptName }, scriptName, pathInfo });
  });

  test.each(['/', '/wikipedia', '/other', '*'])('knows no application for %s', (path) => {
    expect(router.route(path)).toBeUndefined();
  });

  test('leads everything to an application at the root', () => {
    expect(new Router([{ at: '' }]).route('/a/b')).toMatchObject({ scriptName: '', pathInfo: '/a/b' });
  });
});
