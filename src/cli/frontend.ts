import { basename, dirname, join, resolve } from 'node:path';
import type { Configuration } from '../config/configuration.ts';
import { loadConfiguration } from '../config/load-configuration.ts';
import { nearestName } from '../config/nearest-name.ts';
import { Fault } from '../core/fault.ts';
import type { PolicyDefinition } from '../core/policy.ts';
import { prepareFrontend } from '../frontend/prepare-frontend.ts';
import { stateFolder } from '../frontend/state-folder.ts';
import { builtInPolicies } from '../policy/built-in-policies.ts';
import { loadPolicy } from '../policy/load-policy.ts';
import { accountId } from '../system/account-id.ts';
import { primaryGroup } from '../system/primary-group.ts';
import { displayPath } from './display-path.ts';
import { formatFaults } from './format-faults.ts';

export interface FrontendCommandOptions {
  readonly application?: string;
  readonly output: string;
  readonly executable?: string;
  readonly state?: string;
  readonly user?: string;
  readonly textfile?: string;
  readonly launcher: boolean;
}

/** As whom the web servers of the usual distributions run programs. */
const WEB_USERS = ['www-data', 'apache', 'http', 'lighttpd', 'wwwrun', 'www'];

/** `spillway frontend FILE --output PATH`: makes a CGI program that decides and runs as the gateway would. */
export async function frontend(file: string, options: FrontendCommandOptions): Promise<void> {
  const policyFiles = new Map<PolicyDefinition, string>();
  const configuration = await loadConfiguration(file, {
    async loadPolicy(name, where) {
      const definition = await loadPolicy(name, where);
      if (builtInPolicies.get(name) !== definition)
        policyFiles.set(definition, resolve(where.directory, name));
      return definition;
    },
  });
  if ('kind' in configuration) {
    process.stderr.write(formatFaults(configuration));
    process.exitCode = 1;
    return;
  }
  const application = applicationOf(configuration, options.application);
  const shared = join(dirname(configuration.file), '.spillway');
  const output = resolve(options.output);
  const executable = resolve(options.executable ?? join(shared, 'spillway-frontend'));
  const state = resolve(options.state ?? stateFolder(dirname(configuration.file), application.name));
  const user = webUser(options.user);
  let launcher: boolean;
  try {
    launcher = await prepareFrontend({
      file: configuration.file,
      application,
      policyFiles,
      output,
      executable,
      state,
      textfile: options.textfile === undefined ? undefined : resolve(options.textfile),
      group: user?.group,
      launcher: options.launcher,
    });
  } catch (error) {
    if (error instanceof Fault || !isSystemError(error)) throw error;
    throw new Fault(
      'frontend/not-written',
      `expected to write the frontend, found: ${error.message}`,
      { file: error.path ?? output },
      error,
    );
  }
  const lines = [
    `made ${displayPath(output)}: put it where your web server runs CGI programs`,
    `  application  ${application.name}, policies ${application.policies.map(({ name }) => name).join(', ')}`,
    `  executable   ${displayPath(executable)}, shared by all frontends`,
    `  state        ${displayPath(state)}${user === undefined ? '' : `, open to the group of ${user.name}`}`,
    `  launcher     ${launcherLine(launcher, options.launcher)}`,
    `It holds what ${basename(configuration.file)} says now: after a change, make it again.`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function launcherLine(built: boolean, wanted: boolean): string {
  if (built) return 'in C, follows what was decided for a quarter of a second';
  return wanted ? 'none: no C compiler was found that could build it' : 'none';
}

function applicationOf({ applications, file }: Configuration, name: string | undefined) {
  const names = applications.map((application) => application.name);
  const found =
    name === undefined && applications.length === 1
      ? applications[0]
      : applications.find((application) => application.name === name);
  if (found !== undefined) return found;
  const nearest = name === undefined ? undefined : nearestName(name, names);
  const hint = nearest === undefined ? '' : ` (did you mean ${nearest}?)`;
  throw new Fault(
    'frontend/no-application',
    `expected --application with one of ${names.join(', ')}${hint}, found ${name === undefined ? 'none' : `"${name}"`}`,
    { file },
  );
}

/** Whose group the state is opened to: only root can give it away. */
function webUser(written: string | undefined): { readonly name: string; readonly group: number } | undefined {
  const isRoot = process.getuid?.() === 0;
  if (written === undefined && !isRoot) return undefined;
  const name = written ?? WEB_USERS.find((candidate) => accountId('user', candidate) !== undefined);
  if (name === undefined) return undefined;
  const group = primaryGroup(name);
  if (group === undefined)
    throw new Fault('frontend/no-user', `expected --user with a user of this machine, found "${name}"`);
  return { name, group };
}

function isSystemError(error: unknown): error is Error & { readonly path?: string } {
  return error instanceof Error && 'code' in error && 'syscall' in error;
}
