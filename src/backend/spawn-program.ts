import type { Body } from '../core/body.ts';
import { closeDescriptor, openPipe, type Pipe } from '../system/pipe.ts';
import { restoreLimits } from '../system/restore-limits.ts';
import { worsenNiceness } from '../system/worsen-niceness.ts';
import { byteTrueCommand } from './byte-true-command.ts';
import type { ProgramVariables } from './program-environment.ts';
import type { ProgramStep } from './program-step.ts';

/** How a program ended: by itself, or by a signal. */
export type ProgramExit = { readonly code: number } | { readonly signal: string };

export interface SpawnedProgram {
  /** Also the number of its session and process group. */
  readonly pid: number;
  /** Read ends of pipes, which belong to the caller. */
  readonly standardOutput: number;
  readonly standardError: number;
}

/**
 * Starts a CGI program in its own session, with descriptors 0 to 2 and no others. `niceness` is added to our own at once, but when its first
 * instructions have run already: early enough, and half a millisecond cheaper than a tool that does it before. `onExit` is called once, when it has
 * been reaped, never before this returns. Throws what the system says where it cannot be started; nothing is left then.
 */
export function spawnProgram(
  command: readonly string[],
  directory: string,
  environment: ProgramVariables,
  body: Body | undefined,
  step: ProgramStep | undefined,
  niceness: number,
  onExit: (exit: ProgramExit) => void,
): SpawnedProgram {
  const output = openPipe();
  let errors: Pipe | undefined;
  let pid: number;
  try {
    errors = openPipe();
    ({ pid } = Bun.spawn(byteTrueCommand(command, environment, step), {
      cwd: directory,
      env: environment.variables,
      stdin: standardInput(body),
      stdout: output.write,
      stderr: errors.write,
      detached: true,
      onExit: (_process, code, signal) => onExit(code === null ? { signal: String(signal) } : { code }),
    }));
  } catch (error) {
    closePipe(output);
    if (errors !== undefined) closePipe(errors);
    throw error;
  }
  closeDescriptor(output.write);
  closeDescriptor(errors.write);
  if (step?.setsFiles !== true) restoreLimits(pid);
  if (niceness !== 0) worsenNiceness(pid, niceness);
  return { pid, standardOutput: output.read, standardError: errors.read };
}

function closePipe({ read, write }: Pipe): void {
  closeDescriptor(read);
  closeDescriptor(write);
}

/** A regular file or a memory file, so that the program reads at its own pace and nothing has to be pumped. */
function standardInput(body: Body | undefined): 'ignore' | Uint8Array | number {
  if (body === undefined || body.length === 0) return 'ignore';
  return body.kind === 'memory' ? body.bytes : body.descriptor;
}
