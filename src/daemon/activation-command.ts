import type { DaemonLaunch } from './daemon-process.ts';

/** What shells put into the environment of what they run. */
const SHELL_VARIABLES = ['PWD', 'OLDPWD', 'SHLVL'];

export interface SpawnCommand {
  readonly cmd: string[];
  readonly env: Record<string, string>;
}

/**
 * The command with the variables of sd_listen_fds(3). LISTEN_PID is known only once there is a process: a shell, which then becomes the
 * daemon. Throws where there is no such program, which the shell would tell only by its exit code.
 */
export function activationCommand({ command, directory, environment }: DaemonLaunch): SpawnCommand {
  const [program = ''] = command;
  if (Bun.which(program, { PATH: environment.PATH ?? '', cwd: directory }) === null) {
    throw new Error(`no program ${program} that may be run`);
  }
  const strange = SHELL_VARIABLES.filter((name) => environment[name] === undefined);
  const step = `${strange.length === 0 ? '' : `unset ${strange.join(' ')}; `}LISTEN_PID=$$ exec "$@"`;
  return {
    cmd: ['/bin/sh', '-c', step, 'sh', ...command],
    env: { ...environment, LISTEN_FDS: '1' },
  };
}
