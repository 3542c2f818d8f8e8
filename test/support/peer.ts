import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface Peer {
  readonly available: boolean;
  /** Absolute path of the program; empty where it is not installed. */
  readonly path: string;
}

/**
 * A real program that a test talks to. Where it is not installed the test is skipped, unless SPILLWAY_PEERS is
 * `required`: then it is a failure, since somebody promised that it is there.
 */
export function peer(name: string, command: string): Peer {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin', '/usr/local/sbin'];
  for (const folder of folders) {
    const path = join(folder, command);
    try {
      accessSync(path, constants.X_OK);
      return { available: true, path };
    } catch {
      // Not in this folder.
    }
  }
  if (process.env.SPILLWAY_PEERS === 'required') {
    throw new Error(`${name} is required (SPILLWAY_PEERS=required), but no \`${command}\` was found on PATH`);
  }
  return { available: false, path: '' };
}
