import type { Address, ScgiConfiguration } from '../config/configuration.ts';
import type { DaemonState } from '../core/daemon-state.ts';
import { connectSocket } from './connect-socket.ts';
import { socketAddresses } from './socket-address.ts';
import { fileStatus } from './system/file-status.ts';
import { readFile } from './system/read-file.ts';
import { systemCalls } from './system/system-calls.ts';

/**
 * Whether a daemon of the application is up, as cheaply as it can be known: a look at the name of its socket, then at the kernel's list
 * of listening ones. A daemon that somebody else runs counts as up, so it is not looked for: `none`.
 */
export async function daemonState(scgi: ScgiConfiguration | undefined): Promise<DaemonState> {
  if (scgi?.daemon === undefined) return 'none';
  for (const address of scgi.addresses) if (await listens(address, scgi.connectTimeoutMs)) return 'up';
  return 'down';
}

/** The flag of a listening socket, its type and its state, before its inode and its name (net/unix/af_unix.c). */
const LISTENING = ' 00010000 0001 01 ';

async function listens(address: Address, timeoutMs: number): Promise<boolean> {
  if (address.kind === 'tcp') return connects(address, timeoutMs);
  if (fileStatus(address.path)?.kind !== 'socket') return false;
  try {
    const list = readFile('/proc/net/unix', 'utf8');
    const name = ` ${address.path}\n`;
    for (let at = list.indexOf(name); at >= 0; at = list.indexOf(name, at + 1))
      if (list.slice(list.lastIndexOf('\n', at) + 1, at).includes(LISTENING)) return true;
  } catch {
    // Not shown to this user.
  }
  // Left over, or listed by another name: as it was written when the daemon bound it.
  return connects(address, timeoutMs);
}

/** True for one that does not answer in time: a full backlog is what a busy daemon looks like. */
async function connects(address: Address, timeoutMs: number): Promise<boolean> {
  try {
    for (const target of await socketAddresses(address)) {
      const socket = connectSocket(target, timeoutMs);
      if (socket === 'late') return true;
      if (socket === 'refused') continue;
      systemCalls().close(socket);
      return true;
    }
  } catch {
    // A name that nobody knows.
  }
  return false;
}
