import { byteTrueCommand } from '../backend/byte-true-command.ts';
import { ProgramEnvironment } from '../backend/program-environment.ts';
import { startFault } from '../backend/start-fault.ts';
import { Fault } from '../core/fault.ts';
import type { View } from '../core/view.ts';
import { passesFromPeer } from '../protocol/scgi/passes-from-peer.ts';
import type { FrontendConfiguration } from './frontend-configuration.ts';
import { usualDescriptorLimit } from './usual-descriptor-limit.ts';

/**
 * Replaces this process by the application's program: the same process, with descriptors 0 to 2 and no others (the runtime
 * opens all of its own with close-on-exec), standard input untouched. Returns only where that cannot be: the status for
 * the visitor, or a Fault for the operator.
 */
export function execProgram(
  { application, step }: FrontendConfiguration,
  view: View,
): Fault | 'variables-too-large' | 'too-large-for-exec' {
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
  const command = byteTrueCommand(cgi.program, environment, step);
  try {
    process.chdir(cgi.directory);
  } catch (error) {
    return startFault(error, cgi.program, cgi.directory);
  }
  // What is ignored stays ignored in the new program, what has a handler goes back to the default (execve(2)); and the
  // runtime ignores these two.
  process.on('SIGPIPE', nothing);
  process.on('SIGXFSZ', nothing);
  if (step?.setsFiles !== true) usualDescriptorLimit();
  try {
    process.execve?.(command[0] ?? cgi.program, command, environment.variables);
    return new Fault('exec/not-started', 'expected to become the program; found a runtime without execve');
  } catch (error) {
    return startFault(error, cgi.program, cgi.directory);
  }
}

function nothing(): void {
  // A handler that is never called.
}
