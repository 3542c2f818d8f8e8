import { describe, expect, test } from 'vitest';
import { chooserByName } from '../../src/tls/choose-by-name.ts';

const choose = chooserByName([
  { id: 'site', names: ['site.test', '*.site.test'] },
  { id: 'blog', names: ['blog.site.test', 'site.test'] },
  { id: 'address', names: ['127.0.0.1'] },
]);

describe('the choice by name', () => {
  test.each([
    ['site.test', 'site'],
    ['SITE.Test', 'site'],
    ['site.test.', 'site'],
    ['www.site.test', 'site'],
    ['blog.site.test', 'blog'],
    ['127.0.0.1', 'address'],
    ['a.www.site.test', undefined],
    ['other.test', undefined],
    ['test', undefined],
    ['', undefined],
  ])('of %s is %s', (name, id) => {
    expect(choose(name)?.id).toBe(id);
  });
});
