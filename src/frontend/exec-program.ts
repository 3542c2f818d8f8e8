import { byteTrueCommand } from '../backend/byte-true-command.ts';
import { ProgramEnvironment } from '../backend/program-environment.ts';
import { Fault } from '../core/fault.ts';
import type { View } from '../core/view.ts';
import { passesFromPeer } from '../protocol/scgi/passes-from-peer.ts';
import type { FrontendConfiguration } from './frontend-configuration.ts';
import { becomeProgram } from './system/become-program.ts';
import { pathBytes } from './system/path-bytes.ts';
import { systemCalls } from './system/system-calls.ts';
import { SystemError } from './system/system-error.ts';
import { usualDescriptorLimit } from './usual-descriptor-limit.ts';

const SIGPIPE = 13;
const SIGXFSZ = 25;
/** SIG_DFL of signal(2). */
const DEFAULT = null;

/**
 * Replaces this process by the application's program: the same process, with descriptors 0 to 2 and no others (the runtime
 * opens all of its own with close-on-exec), standard input untouched. Returns only where that cannot be: the status for
 * the visitor, or a Fault for the operator.
 */
export async function execProgram(
  { application, step }: FrontendConfiguration,
  view: View,
): Promise<Fault | 'variables-too-large' | 'too-large-for-exec'> {
  const { cgi, environment: operator, maxVariableBytes } = application;
  if (cgi?.program === undefined)
    return new Fault('frontend/no-program', 'expected an application with a CGI program, found none');
  // Of what the web server itself was started with (PATH, LANG) the operator's word counts; of the request, the server's.
  const base = view.meta('PATH') === undefined ? operator : { PATH: view.meta('PATH') ?? '', ...operator };
  const own: View = {
    meta: (name) => view.meta(name),
    entries: () => [...view.entries()].filter(([name]) => !Object.hasOwn(base, name) || passesFromPeer(name)),
  };
  const environment = new ProgramEnvironment(base, maxVariableBytes).build(own);
  if (typeof environment === 'string') return environment;
  const program = cgi.command ?? [cgi.program];
  // Only env(1) looks into PATH.
  const words = program[0]?.includes('/') === true ? program : ['/usr/bin/env', ...program];
  const command = byteTrueCommand(words, environment, step);
  const calls = systemCalls();
  let failed =
    calls.chdir(pathBytes(cgi.directory)) === 0 ? undefined : new SystemError('chdir', cgi.directory);
  if (failed === undefined) {
    // What is ignored stays ignored in the new program (execve(2)); and the runtime ignores these two.
    calls.signal(SIGPIPE, DEFAULT);
    calls.signal(SIGXFSZ, DEFAULT);
    if (step?.setsFiles !== true) usualDescriptorLimit();
    failed = becomeProgram(command, environment.variables);
  }
  const { startFault } = await import('../backend/start-fault.ts');
  return startFault(failed, cgi.program, cgi.directory);
}
