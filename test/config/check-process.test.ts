import { describe, expect, test } from 'vitest';
import { checkProcess } from '../../src/config/check-process.ts';

/** Codes of the problems by key. */
function problems(cgi: Record<string, unknown>, isRoot: boolean): string[] {
  return checkProcess(cgi, isRoot).map(({ key, code, message }) => {
    expect(message).toMatch(/^expected .+, found .+/);
    return `${key.join('.')} ${code}`;
  });
}

describe('the process of a program', () => {
  test.each([
    ['nothing', {}, []],
    ['a user of the machine', { user: 'nobody' }, []],
    ['a user and a group', { user: 'nobody', group: 'daemon' }, []],
    ['numbers of both', { user: '4711', group: '4711' }, []],
    ['a niceness of any kind', { nice: -3 }, []],
    ['a user that there is not', { user: 'no-such-user' }, ['user config/no-account']],
    ['a group that there is not', { group: 'no-such-group' }, ['group config/no-account']],
    ['a number alone, which has no group', { user: '4711' }, ['user config/no-account']],
    ['what the schema complains of', { user: 7, group: [], nice: 'much' }, []],
  ])('may have, where the gateway is root: %s', (_what, cgi, expected) => {
    expect(problems(cgi, true)).toEqual(expected);
  });

  test.each([
    ['a user', { user: 'nobody' }, ['user config/not-root']],
    ['a group', { group: 'daemon' }, ['group config/not-root']],
    ['a niceness below 0', { nice: -1 }, ['nice config/not-root']],
    ['a niceness above 0', { nice: 1 }, []],
  ])('where the gateway is not root: %s', (_what, cgi, expected) => {
    expect(problems(cgi, false)).toEqual(expected);
  });
});
