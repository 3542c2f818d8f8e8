import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Problem } from './problem.ts';

/** `sun_path` of unix(7) has 108 bytes; the last one is NUL. */
const LONGEST_PATH = 107;

/** What keeps a socket from being at the absolute `path`. */
export async function checkSocketPath(path: string): Promise<Problem | undefined> {
  const length = new TextEncoder().encode(path).length;
  if (length > LONGEST_PATH) {
    const message = `expected a socket path of at most ${LONGEST_PATH} bytes, found ${length} (${path}): put the socket into a directory with a shorter path`;
    return { code: 'config/socket-path-too-long', message };
  }
  const directory = dirname(path);
  const status = await stat(directory).catch(() => undefined);
  if (status?.isDirectory() !== true) {
    const found = status === undefined ? 'nothing' : 'no directory';
    const message = `expected a directory for the socket, found ${found} at ${directory}: make it`;
    return { code: 'config/socket-directory', message };
  }
  const socket = await stat(path).catch(() => undefined);
  if (socket === undefined || socket.isSocket()) return undefined;
  const message = `expected a socket or nothing at ${path}, found ${socket.isDirectory() ? 'a directory' : 'a file'}: choose another path`;
  return { code: 'config/socket-path-taken', message };
}
