import type { ProcessConfiguration } from '../config/configuration.ts';
import { accountId } from '../system/account-id.ts';
import { primaryGroup } from '../system/primary-group.ts';
import { findTool } from './find-tool.ts';

/** What has to happen between the gateway and a program, by tools of the system that become the program. */
export interface ProgramStep {
  /** Lines for a shell, each of which ends it where it fails; empty where no shell is needed. */
  readonly shell: string;
  /** Words before the program's own. */
  readonly words: readonly string[];
  /** The limit of open descriptors is set: nobody else may. */
  readonly setsFiles: boolean;
}

/**
 * The step for these settings, or nothing where a program is simply run. A runtime cannot set any of this between fork and exec,
 * and afterwards would be too late: the program runs by then. The shell has the limits built in and costs the time of one exec,
 * half a millisecond; nice as much again, setpriv twice that. Limits come first, since only root may raise them; the change of
 * user comes last.
 */
export function programStep(process: ProcessConfiguration): ProgramStep | undefined {
  const lines = [...umaskLine(process.umask), ...limitLines(process.limits)];
  const words = [...niceWords(process.nice), ...accountWords(process.user, process.group)];
  if (lines.length === 0 && words.length === 0) return undefined;
  return {
    shell: lines.length === 0 ? '' : `set -e\n${lines.join('\n')}\n`,
    words,
    setsFiles: process.limits.files !== undefined,
  };
}

function umaskLine(umask: number | undefined): string[] {
  return umask === undefined ? [] : [`umask ${umask.toString(8).padStart(4, '0')}`];
}

/** Units of ulimit: seconds, KiB, and for files blocks of 512 bytes (POSIX). */
function limitLines(limits: ProcessConfiguration['limits']): string[] {
  const { cpuMs, memoryBytes, files, processes, fileSizeBytes } = limits;
  const lines: string[] = [];
  if (cpuMs !== undefined) {
    const seconds = Math.ceil(cpuMs / 1000);
    // At the soft limit the program gets XCPU, which it may catch to say something, a second later KILL.
    lines.push(`ulimit -S -t ${seconds}`, `ulimit -H -t ${seconds + 1}`);
  }
  if (memoryBytes !== undefined) lines.push(`ulimit -v ${Math.ceil(memoryBytes / 1024)}`);
  if (files !== undefined) lines.push(`ulimit -n ${files}`);
  if (fileSizeBytes !== undefined) lines.push(`ulimit -f ${Math.ceil(fileSizeBytes / 512)}`);
  // The letter is -p in dash and busybox, -u in others, where -p cannot be set.
  if (processes !== undefined)
    lines.push(
      `if (ulimit -p ${processes}) 2>&-; then ulimit -p ${processes}; else ulimit -u ${processes}; fi`,
    );
  return lines;
}

function niceWords(nice = 0): string[] {
  return nice === 0 ? [] : [findTool('nice') ?? 'nice', '-n', String(nice)];
}

/** A user has its own group and all others that list it; with another group, only that one: nobody keeps the gateway's groups. */
function accountWords(user: string | undefined, group: string | undefined): string[] {
  if (user === undefined && group === undefined) return [];
  const words = [findTool('setpriv') ?? 'setpriv'];
  if (user !== undefined) words.push(`--reuid=${accountId('user', user)}`);
  const groupId = group === undefined ? primaryGroup(user ?? '') : accountId('group', group);
  return [...words, `--regid=${groupId}`, group === undefined ? '--init-groups' : '--clear-groups', '--'];
}
