/**
 * The one-shot frontend: what a web server runs as a CGI program, once for each request. The kernel calls it by the first
 * line of a script that `spillway frontend` has made, and gives it the path of that script.
 */
import { Fault } from '../core/fault.ts';
import { EnvironmentView } from './environment-view.ts';
import { failRequest } from './fail-request.ts';
import { keeperCommand } from './keeper-command.ts';
import { climbLadder } from './ladder.ts';
import { readFrontendScript } from './read-frontend-script.ts';
import { fileStatus } from './system/file-status.ts';
import { readFile } from './system/read-file.ts';

const [, , first = '', second = '', third = ''] = process.argv;
// Visitors choose arguments, too: of a request only the script counts.
if (process.env.GATEWAY_INTERFACE === undefined && first === '--keep')
  await keepDaemon(second, Number(third));
else if (process.env.GATEWAY_INTERFACE === undefined && first === '--warm') await warm(second);
else await answer(first);

async function answer(script: string): Promise<void> {
  let view: EnvironmentView | undefined;
  try {
    view = new EnvironmentView(readFile('/proc/self/environ', 'latin1'));
    refuseVisitorsWord(script, view);
    await climbLadder(readFrontendScript(script), script, view);
  } catch (error) {
    failRequest(500, error, view);
  }
}

/** The keeper process of a daemon. */
async function keepDaemon(script: string, index: number): Promise<void> {
  const { keep } = await import('./keep.ts');
  process.exit(await keep(readFrontendScript(script), index));
}

/** Starts the daemon behind a request that does not wait for it. */
async function warm(script: string): Promise<void> {
  const { ensureDaemon } = await import('./ensure-daemon.ts');
  const options = { keeper: keeperCommand(script), waitMs: 0, complain() {} };
  await ensureDaemon(readFrontendScript(script), options);
  process.exit();
}

/**
 * A web server that runs this executable itself, not a script made for it, turns the visitor's query into its arguments
 * (RFC 3875, section 4.4): they would say which file to read.
 */
function refuseVisitorsWord(script: string, variables: EnvironmentView): void {
  const asked = variables.meta('SCRIPT_FILENAME');
  if (script === '')
    throw new Fault(
      'frontend/no-script',
      'expected to be started by a script that `spillway frontend` made, found no script',
    );
  if (asked !== undefined && isSame(Buffer.from(asked, 'latin1').toString(), process.execPath))
    throw new Fault(
      'frontend/run-directly',
      'expected the web server to run a script that `spillway frontend` made, found that it runs the executable itself: move that out of the folder of CGI programs',
      { file: process.execPath },
    );
}

function isSame(path: string, other: string): boolean {
  return path === other || fileStatus(path)?.identity === (fileStatus(other)?.identity ?? '');
}
