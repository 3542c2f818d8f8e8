import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { rightsInFolder, type SharedRights } from './rights-in-folder.ts';

/** As `rightsInFolder`, of a path in it. Throws what the system says of the directory. */
export function sharedRights(path: string): SharedRights {
  const { mode, uid, gid } = statSync(dirname(path));
  return rightsInFolder({ mode, user: uid, group: gid });
}
