import { describe, expect, test } from 'vitest';
import { EnvironmentView } from '../../src/frontend/environment-view.ts';

describe('the view of a process environment', () => {
  test('has every variable as the web server gave it, byte for byte', () => {
    const view = new EnvironmentView(
      'REQUEST_METHOD=GET\0QUERY_STRING=a=b&c=\0HTTP_X=\xff\xc3\xa4\n\0EMPTY=\0',
    );
    expect([...view.entries()]).toEqual([
      ['REQUEST_METHOD', 'GET'],
      ['QUERY_STRING', 'a=b&c='],
      ['HTTP_X', '\xff\xc3\xa4\n'],
      ['EMPTY', ''],
    ]);
    expect(view.meta('QUERY_STRING')).toBe('a=b&c=');
    expect(view.meta('PATH_INFO')).toBeUndefined();
  });

  test('never has HTTP_PROXY, which a visitor sets by a field named Proxy', () => {
    const view = new EnvironmentView('HTTP_PROXY=http://evil.example\0HTTP_PROXY_=kept\0');
    expect(view.meta('HTTP_PROXY')).toBeUndefined();
    expect([...view.entries()]).toEqual([['HTTP_PROXY_', 'kept']]);
  });

  test.each([
    ['a name that is there twice counts once, the first', 'A=1\0A=2\0', [['A', '1']]],
    ['what has no name or no equals sign is passed over', '=x\0nothing\0A=1', [['A', '1']]],
    ['an empty environment has nothing', '', []],
  ])('%s', (_, block, entries) => {
    expect([...new EnvironmentView(block).entries()]).toEqual(entries);
  });
});
