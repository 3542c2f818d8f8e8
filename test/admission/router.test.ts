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

  describe('with hosts', () => {
    const hosts = new Router([
      { name: 'any', at: '' },
      { name: 'any wiki', at: '/wiki' },
      { name: 'wild', at: '', hosts: ['*.example.org'] },
      { name: 'deeper wild', at: '/x', hosts: ['*.en.example.org'] },
      { name: 'exact', at: '', hosts: ['wiki.example.org', 'wiki.test', '[::1]'] },
      { name: 'exact admin', at: '/admin', hosts: ['wiki.example.org'] },
      { name: 'partial', at: '/only', hosts: ['partial.test'] },
    ]);

    test.each([
      ['wiki.example.org', '/', 'exact'],
      ['wiki.example.org', '/wiki', 'exact'],
      ['wiki.example.org', '/admin/x', 'exact admin'],
      ['WIKI.Example.ORG', '/', 'exact'],
      ['wiki.example.org:8080', '/', 'exact'],
      ['wiki.example.org.', '/', 'exact'],
      ['wiki.example.org.:80', '/admin', 'exact admin'],
      ['wiki.test', '/admin', 'exact'],
      ['[::1]:8080', '/', 'exact'],
      ['[::1]', '/', 'exact'],
      ['other.example.org', '/wiki', 'wild'],
      ['a.en.example.org', '/x/y', 'deeper wild'],
      ['a.en.example.org', '/y', 'wild'],
      ['example.org', '/', 'any'],
      ['notexample.org', '/wiki', 'any wiki'],
      ['partial.test', '/only', 'partial'],
      ['partial.test', '/else', 'any'],
      ['', '/wiki', 'any wiki'],
      [undefined, '/', 'any'],
    ])('leads %s%s to "%s"', (host, path, name) => {
      expect(hosts.route(path, host)?.target.name).toBe(name);
    });

    test('knows nothing for other hosts where every application has one', () => {
      const router = new Router([{ at: '', hosts: ['wiki.test'] }]);
      expect(router.route('/', 'other.test')).toBeUndefined();
      expect(router.route('/')).toBeUndefined();
    });
  });
});
