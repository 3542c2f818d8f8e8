import { lockPaths } from '../daemon/lock-paths.ts';
import type { Use } from './enter-use.ts';
import type { FrontendConfiguration } from './frontend-configuration.ts';
import { processStart } from './process-start.ts';
import { fileStatus } from './system/file-status.ts';
import { folderOf } from './system/folder-of.ts';
import { openPlainFile } from './system/open-plain-file.ts';
import { readFile } from './system/read-file.ts';
import { systemCalls } from './system/system-calls.ts';

const LOCK_SHARED_AT_ONCE = 1 | 4;
const NEWLINE = Buffer.from('\n');

/**
 * The use of a daemon whose keeper lives, as `enterUse` gives it. Nothing where anything is other than it usually is (no lock file yet, a daemon that
 * is being retired, one without a keeper): then `ensureDaemon` has to be asked. Whether it answers is seen in the conversation.
 */
export function enterIfKept(
  { application: { scgi }, file }: FrontendConfiguration,
  index: number,
): Use | undefined {
  const address = scgi?.addresses[index];
  if (address === undefined) return undefined;
  const { use, life } = lockPaths(address, folderOf(file));
  const calls = systemCalls();
  let descriptor: number | undefined;
  try {
    descriptor = openPlainFile(use);
    if (descriptor === undefined) return undefined;
    const isLocked = calls.flock(descriptor, LOCK_SHARED_AT_ONCE) === 0;
    if (isLocked && fileStatus(use)?.identity === fileStatus(descriptor)?.identity && isKept(life))
      return held(descriptor);
  } catch {
    // As said above.
  }
  if (descriptor !== undefined) calls.close(descriptor);
  return undefined;
}

function held(locked: number): Use {
  const calls = systemCalls();
  let descriptor: number | undefined = locked;
  // By this the keeper sees how long ago the daemon was used.
  calls.pwrite(locked, NEWLINE, 1, 0);
  return {
    retiring: false,
    leave() {
      if (descriptor === undefined) return;
      calls.pwrite(descriptor, NEWLINE, 1, 0);
      calls.close(descriptor);
      descriptor = undefined;
    },
  };
}

/** By the first line of the record that a keeper leaves in the file of its lock: its process id and start. */
function isKept(lifePath: string): boolean {
  const [, keeper, start] = /^keeper (\d+) (\d+)\n/.exec(readFile(lifePath, 'latin1')) ?? [];
  return keeper !== undefined && processStart(Number(keeper)) === start;
}
