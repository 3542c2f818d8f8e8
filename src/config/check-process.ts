import { findTool } from '../backend/find-tool.ts';
import { accountId } from '../system/account-id.ts';
import { primaryGroup } from '../system/primary-group.ts';
import type { KeyPath } from './key-path.ts';
import type { Problem } from './problem.ts';

/** A problem with the key below `cgi`. */
export interface ProcessProblem extends Problem {
  readonly key: KeyPath;
}

/** What keeps this machine from setting up the process of a program as `cgi` says. `isRoot`: the gateway may do everything. */
export function checkProcess(cgi: Readonly<Record<string, unknown>>, isRoot: boolean): ProcessProblem[] {
  const { user, group, nice } = cgi;
  const problems: ProcessProblem[] = [];
  const add = (key: string, code: string, expected: string, found: string): void => {
    problems.push({ key: [key], code, message: `expected ${expected}, found ${found}` });
  };
  if (typeof user === 'string' && accountId('user', user) === undefined)
    add('user', 'config/no-account', 'a user of this machine', `no user ${user}`);
  else if (typeof user === 'string' && group === undefined && primaryGroup(user) === undefined)
    add(
      'user',
      'config/no-account',
      'the name of a user, or a number and a group',
      `${user} without a group`,
    );
  if (typeof group === 'string' && accountId('group', group) === undefined)
    add('group', 'config/no-account', 'a group of this machine', `no group ${group}`);
  for (const [key, value] of Object.entries({ user, group })) {
    if (typeof value !== 'string') continue;
    if (!isRoot)
      add(key, 'config/not-root', 'a gateway that runs as root, which alone may change it', 'another user');
    else if (findTool('setpriv') === undefined)
      add(key, 'config/tool-missing', 'the program setpriv of util-linux', 'none: install it');
  }
  if (typeof nice === 'number' && nice < 0 && !isRoot)
    add('nice', 'config/not-root', 'a niceness from 0 up, or a gateway that runs as root', String(nice));
  return problems;
}
