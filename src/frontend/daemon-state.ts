import { readFileSync, statSync } from 'node:fs';
import type { Address, ScgiConfiguration } from '../config/configuration.ts';
import type { DaemonState } from '../core/daemon-state.ts';

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
  if (statSync(address.path, { throwIfNoEntry: false })?.isSocket() !== true) return false;
  try {
    for (const line of readFileSync('/proc/net/unix', 'utf8').split('\n'))
      if (line.endsWith(` ${address.path}`) && line.includes(LISTENING)) return true;
  } catch {
    // Not shown to this user.
  }
  // Left over, or listed by another name: as it was written when the daemon bound it.
  return connects(address, timeoutMs);
}

/** True for one that does not answer in time: a full backlog is what a busy daemon looks like. */
function connects(address: Address, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(true), timeoutMs);
    const known = (is: boolean): void => {
      clearTimeout(timer);
      resolve(is);
    };
    const socket = { data() {}, open: (open: { end(): void }) => void open.end() };
    const connecting =
      address.kind === 'unix'
        ? Bun.connect({ unix: address.path, socket })
        : Bun.connect({ hostname: address.host, port: address.port, socket });
    connecting.then(
      () => known(true),
      () => known(false),
    );
  });
}
