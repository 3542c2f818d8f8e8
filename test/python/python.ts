import { accessSync, constants } from 'node:fs';
import { resolve } from 'node:path';
import { type Peer, peer } from '../support/peer.ts';

/** The system's own where there is one: it is the one that finds Debian's Flask. */
export const python: Peer = isExecutable('/usr/bin/python3')
  ? { available: true, path: '/usr/bin/python3' }
  : peer('Python', 'python3');

export const adaptor = resolve(import.meta.dirname, '../../python/spillway_wsgi.py');
export const fixtures = resolve(import.meta.dirname, 'fixtures');

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
