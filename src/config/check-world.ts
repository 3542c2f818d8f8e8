import { dirname } from 'node:path';
import { Fault } from '../core/fault.ts';
import { parseAddress } from './address.ts';
import { checkCertificate } from './check-certificate.ts';
import { checkLogFile } from './check-log-file.ts';
import { checkModule } from './check-module.ts';
import { checkPage } from './check-page.ts';
import { checkProcess } from './check-process.ts';
import { checkProgram, checkProgramInPath } from './check-program.ts';
import { checkScriptDirectory } from './check-script-directory.ts';
import { checkSocketPath } from './check-socket-path.ts';
import type { KeyPath } from './key-path.ts';
import { moduleSocket, PYTHON } from './module-application.ts';
import type { Problem } from './problem.ts';
import { resolvePath, resolveProgram } from './resolve-paths.ts';
import type { SourceDocument } from './source-document.ts';
import { asList, asMap, asPath } from './written-value.ts';

type Check = (path: string) => Promise<Problem | Fault | undefined>;

/**
 * Compares what the file says with the machine: programs, pages, directories of sockets. What is not even of the right
 * form is left to the schema. `searchPath` is the PATH in which programs without a slash are looked up; sockets of modules go to `runDirectory`, or
 * beside the file.
 */
export async function checkWorld(
  document: SourceDocument,
  { searchPath, runDirectory }: { readonly searchPath: string; readonly runDirectory: string | undefined },
): Promise<Fault[]> {
  const directory = dirname(document.file);
  const found: Promise<Fault | undefined>[] = [];

  const check = (key: KeyPath, value: unknown, how: Check) => {
    const path = asPath(value);
    if (path !== undefined) found.push(how(path).then((problem) => asFault(document, key, problem)));
  };
  const checkSocket: Check = async (text) => {
    const address = parseAddress(text);
    return address?.kind === 'unix' ? checkSocketPath(resolvePath(directory, address.path)) : undefined;
  };
  const checkCommand: Check = (word) => {
    const program = resolveProgram(directory, word);
    return program.includes('/') ? checkProgram(program) : checkProgramInPath(program, searchPath);
  };

  const root = asMap(document.value);
  for (const [index, entry] of asList(root.listen).entries()) {
    for (const protocol of ['http', 'scgi'])
      check(['listen', index, protocol], asMap(entry)[protocol], checkSocket);
    for (const [place, files] of asList(asMap(asMap(entry).tls).certificates).entries()) {
      const key = asPath(asMap(files).key);
      check(['listen', index, 'tls', 'certificates', place], asMap(files).certificate, async (certificate) =>
        key === undefined
          ? undefined
          : checkCertificate({
              certificate: resolvePath(directory, certificate),
              key: resolvePath(directory, key),
            }),
      );
    }
  }
  const checkLog: Check = (path) => checkLogFile(resolvePath(directory, path));
  check(['log', 'file'], asMap(root.log).file, checkLog);
  check(['log', 'access_file'], asMap(root.log).access_file, checkLog);
  check(['decision_log', 'file'], asMap(root.decision_log).file, checkLog);
  for (const [name, value] of Object.entries(asMap(root.applications))) {
    const application = asMap(value);
    const at = (...key: KeyPath) => ['applications', name, ...key];
    const scgi = asMap(application.scgi);
    check(at('cgi', 'program'), asMap(application.cgi).program, (path) =>
      checkProgram(resolvePath(directory, path)),
    );
    check(at('cgi', 'directory'), asMap(application.cgi).directory, (path) =>
      checkScriptDirectory(resolvePath(directory, path)),
    );
    for (const { key, code, message } of checkProcess(asMap(application.cgi), process.getuid?.() === 0))
      found.push(Promise.resolve(new Fault(code, message, document.place(at('cgi', ...key)))));
    check(at('scgi', 'address'), scgi.address, checkSocket);
    for (const [index, address] of asList(scgi.address).entries())
      check(at('scgi', 'address', index), address, checkSocket);
    check(at('scgi', 'daemon', 'command', 0), asList(asMap(scgi.daemon).command)[0], checkCommand);
    check(at('app'), application.app, (path) => checkModule(resolvePath(directory, path)));
    check(at('wsgi'), application.wsgi, () => checkProgramInPath(PYTHON, searchPath));
    for (const key of ['app', 'wsgi'])
      check(at(key), application[key], () => checkSocketPath(moduleSocket(directory, name, runDirectory)));
    for (const fault of checkPage(directory, application.overload_page)) {
      // What is wrong inside has its place there; of a file that cannot be read this one says more.
      const { code, message, place } = fault;
      const unreadable = place?.line === undefined && code === 'overload-page/unreadable';
      const here = new Fault(
        'config/page-unreadable',
        `${message} at ${place?.file}`,
        document.place(at('overload_page')),
      );
      found.push(Promise.resolve(unreadable ? here : fault));
    }
  }
  return (await Promise.all(found)).filter((fault) => fault !== undefined);
}

function asFault(
  document: SourceDocument,
  key: KeyPath,
  problem: Problem | Fault | undefined,
): Fault | undefined {
  if (problem === undefined || problem instanceof Fault) return problem;
  return new Fault(problem.code, problem.message, document.place(key));
}
