import { describe, expect, test } from 'vitest';
import priority from '../../policies/priority.ts';
import type { Arrival } from '../../src/core/policy.ts';
import { checkParameters } from '../../src/policy/check-parameters.ts';
import { idleLoad } from '../support/idle-load.ts';
import { viewOf } from '../support/view-of.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { describePolicy } from './policy-contract.ts';
import { startPolicy } from './start-policy.ts';

describePolicy(priority);

type Variables = Readonly<Record<string, string>>;

/** The share that a request is given: in these tests each class has its own. */
function shareOf(classes: string, variables: Variables, loginCookies?: string): number | undefined {
  const policy = startPolicy(priority, new VirtualClock(), {
    classes,
    ...(loginCookies !== undefined && { login_cookies: loginCookies }),
  });
  const arrival = policy.arrive?.(viewOf(variables), idleLoad());
  return arrival !== undefined && 'priority' in arrival ? arrival.share : undefined;
}

const holds = (condition: string, variables: Variables, loginCookies?: string) =>
  shareOf(`wanted 70%: ${condition}`, variables, loginCookies) === 0.7;

describe('a condition', () => {
  const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
  const google = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';

  test.each<[string, Variables, boolean]>([
    ['any', {}, true],
    ['not any', {}, false],

    ['path /search*', { SCRIPT_NAME: '/wiki', PATH_INFO: '/search' }, false],
    ['path /wiki/search*', { SCRIPT_NAME: '/wiki', PATH_INFO: '/search/all' }, true],
    ['path /wiki', { SCRIPT_NAME: '/wiki' }, true],
    ['path /wiki', { SCRIPT_NAME: '/wiki', PATH_INFO: '/' }, false],
    ['path */diff*, */export', { SCRIPT_NAME: '', PATH_INFO: '/a/export' }, true],
    ['path */diff*, */export', { SCRIPT_NAME: '', PATH_INFO: '/a/exports' }, false],
    ['path "/a b"', { PATH_INFO: '/a b' }, true],

    ['method POST, PUT', { REQUEST_METHOD: 'PUT' }, true],
    ['method POST, PUT', { REQUEST_METHOD: 'GET' }, false],

    ['cookie cart', { HTTP_COOKIE: 'theme=dark; cart=3' }, true],
    ['cookie cart', { HTTP_COOKIE: 'shopping-cart=3' }, false],
    ['cookie theme=dark*', { HTTP_COOKIE: 'cart=3; theme=darker' }, true],
    ['cookie theme=dark*', { HTTP_COOKIE: 'theme=light' }, false],
    ['cookie cart', {}, false],
    ['cookie cart', { HTTP_COOKIE: ';;=;cart' }, false],

    ['header Accept-Language de*, fr*', { HTTP_ACCEPT_LANGUAGE: 'FR-ca, en;q=0.5' }, true],
    ['header Accept-Language de*, fr*', { HTTP_ACCEPT_LANGUAGE: 'en' }, false],
    ['header X-Vip', { HTTP_X_VIP: '' }, true],
    ['header X-Vip', {}, false],
    [
      'header Content-Type "application/json; charset=utf-8"',
      { CONTENT_TYPE: 'application/json; charset=utf-8' },
      true,
    ],
    ['variable HTTPS on', { HTTPS: 'on' }, true],
    ['variable REMOTE_USER', { REMOTE_USER: 'ann' }, true],

    ['address 10.0.0.0/8', { REMOTE_ADDR: '10.200.3.4' }, true],
    ['address 10.0.0.0/8', { REMOTE_ADDR: '11.0.0.1' }, false],
    ['address 192.0.2.128/25', { REMOTE_ADDR: '192.0.2.127' }, false],
    ['address 192.0.2.128/25', { REMOTE_ADDR: '::ffff:192.0.2.129' }, true],
    ['address 192.0.2.7', { REMOTE_ADDR: '192.0.2.7' }, true],
    ['address 2001:db8::/33', { REMOTE_ADDR: '2001:db8:7fff::1' }, true],
    ['address 2001:db8::/33', { REMOTE_ADDR: '2001:db8:8000::1' }, false],
    ['address 2001:db8::/33', { REMOTE_ADDR: '10.0.0.1' }, false],
    ['address 0.0.0.0/0', { REMOTE_ADDR: '10.0.0.1' }, true],
    ['address 0.0.0.0/0', {}, false],

    ['crawler', { HTTP_USER_AGENT: google }, true],
    ['crawler', { HTTP_USER_AGENT: firefox }, false],
    ['crawler', { HTTP_USER_AGENT: 'Mozilla/5.0 (Linux; Android 9; CUBOT NOTE 20)' }, false],
    ['crawler', { HTTP_USER_AGENT: 'curl/8.11.0' }, true],
    ['crawler', {}, false],

    ['logged-in', { REMOTE_USER: 'ann' }, true],
    ['logged-in', { REMOTE_USER: '' }, false],
    ['logged-in', { HTTP_AUTHORIZATION: 'Basic eA==' }, true],
    ['logged-in', { HTTP_COOKIE: 'lang=en; PHPSESSID=1' }, true],
    ['logged-in', { HTTP_COOKIE: 'lang=en' }, false],

    ['method GET and not crawler and path /a*', { REQUEST_METHOD: 'GET', PATH_INFO: '/ab' }, true],
    ['method GET and not crawler', { REQUEST_METHOD: 'GET', HTTP_USER_AGENT: google }, false],
  ])('%s holds for %o: %o', (condition, variables, expected) => {
    expect(holds(condition, variables)).toBe(expected);
  });

  test('logged-in knows a visitor by the cookie that the operator names', () => {
    expect(holds('logged-in', { HTTP_COOKIE: 'ticket_9=1' }, 'ticket_*')).toBe(true);
    expect(holds('logged-in', { HTTP_COOKIE: 'session=1' }, 'ticket_*')).toBe(false);
  });

  test('reads no more than a few kilobytes of what a visitor sends', () => {
    const long = `${'a=1; '.repeat(2000)}cart=1`;
    expect(holds('cookie cart', { HTTP_COOKIE: long })).toBe(false);
  });
});

describe('classes', () => {
  const classes = `# who comes first
crawlers 5%: crawler   # they wait
staff 20%: address 10.0.0.0/8
members 50%: logged-in; search 10%: path /search*
`;
  const arrivalOf = (variables: Variables): Arrival | undefined =>
    startPolicy(priority, new VirtualClock(), { classes }).arrive?.(viewOf(variables), idleLoad());

  test('are tried from top to bottom', () => {
    const both = { REMOTE_ADDR: '10.1.1.1', REMOTE_USER: 'ann' };
    expect(arrivalOf(both)).toMatchObject({ share: 0.2 });
    expect(arrivalOf({ ...both, HTTP_USER_AGENT: 'bot' })).toMatchObject({ share: 0.05 });
    expect(arrivalOf({ PATH_INFO: '/search' })).toMatchObject({ share: 0.1 });
  });

  test('what no line takes are others, with the share that is left', () => {
    const others = arrivalOf({ PATH_INFO: '/' });
    expect(others).toMatchObject({ share: expect.closeTo(0.15, 9) });
  });

  test('what somebody leaves goes to the larger share first', () => {
    const inOrder = [
      { REMOTE_USER: 'ann' },
      { REMOTE_ADDR: '10.0.0.1' },
      { PATH_INFO: '/' },
      { PATH_INFO: '/search' },
      { HTTP_USER_AGENT: 'bot' },
    ].map((variables) => arrivalOf(variables as unknown as Variables));
    const priorities = inOrder.map((one) => (one !== undefined && 'priority' in one ? one.priority : 0));
    expect(priorities).toEqual([5, 4, 3, 2, 1]);
  });
});

describe('a text that is wrong', () => {
  test.each<[string, string, string, string]>([
    ['', '1:1', 'a class such as `members 60%: logged-in`', 'none'],
    ['members: logged-in', '1:8', 'a share such as 40%', '":"'],
    ['members 60: any', '1:9', 'a share such as 40%', '"60"'],
    ['members 0%: any', '1:9', 'a share such as 40%', '"0%"'],
    [
      'a 60%: any\nb 30%: any\nc 20%: any',
      '3:3',
      'shares of at most 100% together: 10% is left here',
      '"20%"',
    ],
    [
      'a 10%: any\na 10%: any',
      '2:1',
      'a name that no other class has (and `others` is what no line takes)',
      '"a"',
    ],
    [
      'a 10%: loged-in',
      '1:8',
      'one of any, logged-in, crawler, path, method, cookie, address, header, variable, or not',
      '"loged-in"',
    ],
    ['a 10%: path search', '1:13', 'a path such as /search*', '"search"'],
    ['a 10%: method post', '1:15', 'a method such as POST', '"post"'],
    ['a 10%: address 10.0.0.0/33', '1:16', 'an address or a range such as 192.0.2.0/24', '"10.0.0.0/33"'],
    ['a 10%: address 10.0.0.256', '1:16', 'an address or a range such as 192.0.2.0/24', '"10.0.0.256"'],
    ['a 10%: any or crawler', '1:12', '`and`, a comma or the end of the line', '"or"'],
    [
      'a 10%: any and',
      '1:15',
      'one of any, logged-in, crawler, path, method, cookie, address, header, variable, or not',
      'the end of the line',
    ],
    ['a 10%: cookie', '1:14', 'the name of a cookie, such as session or theme=dark', 'the end of the line'],
    ['a 10%: path "/a', '1:13', 'a closing " in the same line', 'none'],
    ['a 10% any', '1:7', 'a colon, and what the class is known by', '"any"'],
  ])('%j is refused at %s', (classes, at, expected, found) => {
    const [line, column] = at.split(':').map(Number);
    expect(checkParameters(priority.parameters, { classes })).toEqual({
      ok: false,
      problems: [{ key: 'classes', expected, found, at: { line, column } }],
    });
  });

  test('of cookies is refused as well', () => {
    expect(checkParameters(priority.parameters, { login_cookies: 'a, b c' })).toEqual({
      ok: false,
      problems: [
        {
          key: 'login_cookies',
          expected: 'the name of a cookie',
          found: '"b c"',
          at: { line: 1, column: 4 },
        },
      ],
    });
  });
});
