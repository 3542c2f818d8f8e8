import type { SocketRights } from '../config/configuration.ts';
import { Fault } from '../core/fault.ts';
import { accountId } from '../system/account-id.ts';

/** The numbers of the accounts that the socket at `path` is given to; nothing where none is named. Throws a Fault for one that there is not. */
export function socketOwner(
  path: string,
  { owner, group }: Partial<SocketRights>,
): { readonly user: number | undefined; readonly group: number | undefined } {
  return { user: idOf('user', owner, path), group: idOf('group', group, path) };
}

function idOf(kind: 'user' | 'group', name: string | undefined, path: string): number | undefined {
  if (name === undefined) return undefined;
  const id = accountId(kind, name);
  if (id !== undefined) return id;
  throw new Fault(
    'listen/no-such-account',
    `expected a ${kind} of this machine for the socket ${path}, found ${JSON.stringify(name)}`,
  );
}
