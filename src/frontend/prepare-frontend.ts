import { chmodSync, chownSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { programStep } from '../backend/program-step.ts';
import type { ApplicationConfiguration } from '../config/configuration.ts';
import { Fault } from '../core/fault.ts';
import type { PolicyDefinition } from '../core/policy.ts';
import { readPageSource } from '../overload/read-page-source.ts';
import { renderOverloadPages } from '../overload/render-overload-pages.ts';
import { buildLauncher } from './build-launcher.ts';
import { bundlePolicy } from './bundle-policy.ts';
import { compileFrontend } from './compile-frontend.ts';
import { encodePageFile } from './encode-page-file.ts';
import type { FrontendConfiguration, FrontendPaths, FrontendPolicy } from './frontend-configuration.ts';

/** All paths absolute. */
export interface PrepareOptions {
  /** The configuration file. */
  readonly file: string;
  readonly application: ApplicationConfiguration;
  /** Where the policies lie that are the operator's own. */
  readonly policyFiles: ReadonlyMap<PolicyDefinition, string>;
  /** The CGI program that is made. */
  readonly output: string;
  /** The executable that all frontends share; it is made anew. */
  readonly executable: string;
  /** The folder for what is shared by all frontends of the application. */
  readonly state: string;
  readonly textfile: string | undefined;
  /** The group of the web server's user; nothing: whoever makes the frontend runs it, too. */
  readonly group: number | undefined;
  readonly launcher: boolean;
}

/** Longest first line of a script that every Linux reads whole, with `#!` and the newline (execve(2)). */
const LONGEST_FIRST_LINE = 127;

/**
 * Makes a one-shot frontend: its script, the executable behind it, and what they need. Says whether a launcher stands before it. Throws Faults, and
 * what the system says.
 */
export async function prepareFrontend(options: PrepareOptions): Promise<boolean> {
  const { application, output, executable, state, group } = options;
  refuseWhatCannotBe(options);
  mkdirSync(state, { recursive: true });
  // What is made in it later belongs to the same group, whoever makes it.
  if (group !== undefined) chownSync(state, process.getuid?.() ?? -1, group);
  chmodSync(state, group === undefined ? 0o700 : 0o2770);
  const paths = pathsIn(state, options.textfile);
  const policies: FrontendPolicy[] = [];
  for (const { name, definition, parameters, dryRun } of application.policies) {
    const own = options.policyFiles.get(definition);
    const file = own === undefined ? undefined : await bundlePolicy(own, join(state, `policy-${name}.js`));
    policies.push({ name, ...(file !== undefined && { file }), parameters, ...(dryRun && { dryRun }) });
  }
  const { policies: _, shadow: __, overloadPage, ...rest } = application;
  const source = overloadPage === undefined ? undefined : readPageSource(overloadPage).source;
  const pages = renderOverloadPages({ application: application.name, source });
  put(paths.pages, encodePageFile(pages), 0o640, group);
  mkdirSync(dirname(executable), { recursive: true });
  await compileFrontend(executable);
  const step = application.cgi === undefined ? undefined : programStep(application.cgi.process);
  const write = (path: string, launcher: boolean): void => {
    const configuration: FrontendConfiguration = {
      version: 1,
      file: options.file,
      application: rest,
      policies,
      paths,
      launcher,
      ...(step !== undefined && { step }),
    };
    const script = `#!${executable}\n${JSON.stringify(configuration)}\n`;
    put(path, script, group === undefined ? 0o755 : 0o750, group);
  };
  // What was decided by another configuration is nothing to follow.
  rmSync(paths.lease, { force: true });
  if (options.launcher) {
    const script = join(state, 'frontend.cgi');
    write(script, true);
    if (buildLauncher({ script, lease: paths.lease, output })) return true;
    rmSync(script);
  }
  write(output, false);
  return false;
}

function refuseWhatCannotBe({ application, executable, output }: PrepareOptions): void {
  const { name, cgi } = application;
  if (cgi !== undefined && cgi.program === undefined)
    throw new Fault(
      'frontend/directory',
      `expected an application with one program (cgi: { program: ... }), found ${name} with a directory of programs: make a frontend for each`,
    );
  if (/\s/.test(executable) || Buffer.byteLength(executable) + 3 > LONGEST_FIRST_LINE)
    throw new Fault(
      'frontend/executable-path',
      `expected a path for the executable without blanks and of at most ${LONGEST_FIRST_LINE - 3} bytes, since it stands in the first line of a script: choose one by --executable`,
      { file: executable },
    );
  if (executable === output)
    throw new Fault('frontend/same-file', 'expected two files, found --executable and --output the same', {
      file: output,
    });
}

function pathsIn(state: string, textfile: string | undefined): FrontendPaths {
  return {
    state,
    pages: join(state, 'pages'),
    snapshot: join(state, 'snapshot.json'),
    slots: join(state, 'slots'),
    counts: join(state, 'counts'),
    lease: join(state, 'lease'),
    textfile,
  };
}

/** Whole, by rename: requests may be under way that read what was there before. */
function put(path: string, content: string | Uint8Array, mode: number, group: number | undefined): void {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}`);
  writeFileSync(temporary, content, { mode: 0o600 });
  if (group !== undefined) chownSync(temporary, process.getuid?.() ?? -1, group);
  chmodSync(temporary, mode);
  renameSync(temporary, path);
}
