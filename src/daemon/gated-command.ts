import type { DaemonLaunch } from './daemon-process.ts';

/** What shells put into the environment of what they run. */
const SHELL_VARIABLES = ['PWD', 'OLDPWD', 'SHLVL'];

export interface SpawnCommand {
  readonly cmd: string[];
  readonly env: Record<string, string>;
}

/**
 * A shell that waits for a line on descriptor `gate`, and then becomes the daemon; or ends, when nobody is left who could send the line. So no
 * daemon runs of which its keeper had no time to leave word, however suddenly that is killed. With a listening socket the daemon gets
 * the variables of sd_listen_fds(3): LISTEN_PID is known only once there is a process. Throws where there is no such program, which the
 * shell would tell only by its exit code.
 */
export function gatedCommand(launch: DaemonLaunch, gate: number): SpawnCommand {
  const { command, directory, environment, socket } = launch;
  const [program = ''] = command;
  if (Bun.which(program, { PATH: environment.PATH ?? '', cwd: directory }) === null) {
    throw new Error(`no program ${program} that may be run`);
  }
  const strange = SHELL_VARIABLES.filter((name) => environment[name] === undefined);
  const unset = strange.length === 0 ? '' : `unset ${strange.join(' ')}; `;
  const variables = socket === undefined ? '' : 'LISTEN_PID=$$ ';
  // The line goes to a variable that the shell does not export.
  const step = `read -r _ <&${gate} || exit 1; ${unset}${variables}exec "$@" ${gate}<&-`;
  return {
    cmd: ['/bin/sh', '-c', step, 'sh', ...command],
    env: { ...environment, ...(socket !== undefined && { LISTEN_FDS: '1' }) },
  };
}
