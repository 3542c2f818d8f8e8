import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { splitTarget } from '../../../src/protocol/cgi/split-target.ts';

describe('a request target', () => {
  test.each([
    ['/', '/', ''],
    ['/wiki/home', '/wiki/home', ''],
    ['/wiki?', '/wiki', ''],
    ['/wiki?a=b&c=%2e%2E/../?d', '/wiki', 'a=b&c=%2e%2E/../?d'],
    ['/a?b?c', '/a', 'b?c'],
    ['/\xc3\xa9', '/\xc3\xa9', ''],
    ['/a;b=c/d,e!$&\'()*+:@~_-"<>\\^`{|}', '/a;b=c/d,e!$&\'()*+:@~_-"<>\\^`{|}', ''],
  ])('%j is split at the first question mark, the query left as it is', (target, path, query) => {
    expect(splitTarget(target)).toEqual({ path, query });
  });

  test.each([
    ['/%41%62%7a', '/Abz'],
    ['/caf%C3%a9', '/caf\xc3\xa9'],
    ['/%ff%0a%20', '/\xff\n '],
    ['/a%3Fb', '/a?b'],
    ['/100%25', '/100%'],
    ['/%252e%252e/a', '/%2e%2e/a'],
    ['/a%2fb', '/a/b'],
    ['/+', '/+'],
  ])('%j is decoded once, to bytes: %j', (target, path) => {
    expect(splitTarget(target)).toEqual({ path, query: '' });
  });

  test.each([
    ['/.', '/'],
    ['/./a', '/a'],
    ['/a/.', '/a/'],
    ['/a/..', '/'],
    ['/a/../', '/'],
    ['/a/b/../c', '/a/c'],
    ['/a/b/../../c', '/c'],
    ['/a/./b/./c', '/a/b/c'],
    ['/%2e/a', '/a'],
    ['/a/%2E%2e/b', '/b'],
    ['/a/.%2e/b', '/b'],
    ['/a/..%2fb', '/b'],
    ['/a%2f..%2Fb', '/b'],
    ['/a/b%2f%2e%2e%2f%2e%2e/c', '/c'],
    ['/.a/..b/c./d../...', '/.a/..b/c./d../...'],
    ['/..a', '/..a'],
    ['/.well-known/x', '/.well-known/x'],
  ])('%j has its dot segments removed after decoding (RFC 3986, section 5.2.4): %j', (target, path) => {
    expect(splitTarget(target)).toEqual({ path, query: '' });
  });

  test.each([
    ['//', '//'],
    ['//a//b//', '//a//b//'],
    ['/a//../b', '/a/b'],
    ['//..', '/'],
    ['/a%2f/b', '/a//b'],
    ['/a/.//b', '/a//b'],
  ])('%j keeps double slashes, each an empty segment: %j', (target, path) => {
    expect(splitTarget(target)).toEqual({ path, query: '' });
  });

  test.each([
    ['nothing', ''],
    ['no slash at its start', 'wiki'],
    ['only a query', '?a'],
    ['a URL', 'http://example.org/'],
    ['an asterisk', '*'],
    ['an encoded slash at its start', '%2fa'],
    ['an escape without digits', '/%'],
    ['an escape with one digit', '/%4'],
    ['an escape with a letter too far', '/%4g'],
    ['an escape with a sign', '/%+1'],
    ['an escape across the question mark', '/%4?1'],
    ['an encoded NUL', '/a%00b'],
    ['a NUL', '/a\0b'],
    ['a space', '/a b'],
    ['a line end in its query', '/a?b\r\nc'],
    ['DEL', '/\x7f'],
    ['a fragment', '/a#b'],
    ['a unit that is no byte', '/\u0100'],
    ['a way above the root', '/..'],
    ['a way above the root and back', '/../a'],
    ['a way above the root from below', '/a/../../b'],
    ['an encoded way above the root', '/%2e%2e/a'],
    ['a way above the root by encoded slashes', '/a%2f..%2f..%2fb'],
  ])('is refused with %s', (_, target) => {
    expect(splitTarget(target)).toMatchObject({ kind: 'refusal', status: 400, code: 'http/bad-target' });
  });
});

/** The rule as plainly as it can be said. */
function plainly(raw: string): string | undefined {
  if (/%(?![0-9A-Fa-f]{2})|%00/.test(raw)) return undefined;
  const decoded = raw.replace(/%(..)/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  const kept: string[] = [];
  const segments = decoded.split('/').slice(1);
  for (const [index, segment] of segments.entries()) {
    const last = index === segments.length - 1;
    if (segment === '..' && kept.length === 0) return undefined;
    if (segment === '..') kept.pop();
    if (segment !== '.' && segment !== '..') kept.push(segment);
    else if (last) kept.push('');
  }
  return `/${kept.join('/')}`;
}

describe('any path', () => {
  const piece = fc.constantFrom(
    '/',
    '/',
    '.',
    '..',
    '%2e',
    '%2F',
    '%',
    '%0',
    '%00',
    '%41',
    'a',
    'bc',
    '\xe9',
    '%e9',
  );
  const paths = fc.array(piece, { maxLength: 25 }).map((pieces) => `/${pieces.join('')}`);

  test('is what the plain rule says', () => {
    fc.assert(
      fc.property(paths, (raw) => {
        const split = splitTarget(raw);
        expect('kind' in split ? undefined : split.path).toBe(plainly(raw));
      }),
      { numRuns: 3000 },
    );
  });

  test('once settled and encoded again, is settled', () => {
    fc.assert(
      fc.property(paths, (raw) => {
        const split = splitTarget(raw);
        if ('kind' in split) return;
        const again = split.path.replace(
          /[^/]/g,
          (unit) => `%${unit.charCodeAt(0).toString(16).padStart(2, '0')}`,
        );
        expect(splitTarget(again)).toEqual(split);
        expect(split.path).not.toMatch(/\/\.\.?(\/|$)|\0/);
      }),
    );
  });

  test('of any characters is split or refused, and never an exception', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const split = splitTarget(`/${text}`);
        expect('kind' in split ? split.status : split.path.charCodeAt(0)).toBe('kind' in split ? 400 : 0x2f);
      }),
    );
  });
});
