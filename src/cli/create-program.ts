import { Argument, Command, InvalidArgumentError } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import type { AppOptions } from '../app/surroundings.ts';
import { version } from '../version.ts';
import { addBusCommand } from './bus-command.ts';
import type { FloodCommandOptions } from './flood.ts';
import type { FrontendCommandOptions } from './frontend.ts';
import { AFTER_HELP } from './help-text.ts';
import { addOperatorCommands } from './operator-commands.ts';
import { addPageCommand } from './page-command.ts';
import { addPolicyCommand } from './policy-command.ts';
import { addPreforkCommand } from './prefork-command.ts';

function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError('expected a number above 0.');
  return value;
}

/**
 * The command line. Each command loads its own parts, so that `check` does not wait for those of a gateway. Parsing throws a `CommanderError` for help, version and wrong usage.
 */
export function createProgram(): Command {
  const program = new Command('spillway');
  program
    .description(packageJson.description)
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .option('--debug', 'show where an unexpected error comes from (also: SPILLWAY_DEBUG=1)')
    .addHelpText('after', AFTER_HELP)
    .showHelpAfterError('(spillway --help shows what there is)')
    .configureHelp({ helpWidth: 100 })
    .exitOverride();

  program
    .command('serve')
    .description('run the gateway with the configuration FILE')
    .argument('<FILE>', 'a YAML file; its relative paths start where it lies')
    .action(async (file: string) => (await import('./serve.ts')).serve(file));

  program
    .command('check')
    .description('check FILE and the programs, pages and directories that it names; exit 0 or 1')
    .argument('<FILE>', 'a YAML file')
    .action(async (file: string) => (await import('./check.ts')).check(file));

  program
    .command('schema')
    .description('print the JSON Schema of the configuration, for editors')
    .action(async () => (await import('./print-schema.ts')).printSchema());

  program
    .command('status')
    .description('show what the running gateway does, as JSON')
    .argument('[FILE]', 'the configuration that it runs with', 'spillway.yaml')
    .action(async (file: string) => (await import('./control.ts')).status(file));

  program
    .command('reload')
    .description('have the running gateway read FILE again; exit 1, and nothing changed, where it is faulty')
    .argument('[FILE]', 'the configuration that it runs with', 'spillway.yaml')
    .action(async (file: string) => (await import('./control.ts')).reload(file));

  program
    .command('drain')
    .description(
      'shed the new requests of APPLICATION, or take the whole gateway out of its front server; wait for the others',
    )
    .argument('<FILE>', 'the configuration that the gateway runs with')
    .argument('[APPLICATION]', 'its name')
    .option('--timeout <SECONDS>', 'how long to wait', positiveNumber, 60)
    .action(async (file: string, application: string | undefined, options: { timeout: number }) =>
      (await import('./control.ts')).drain(file, application, options),
    );

  program
    .command('resume')
    .description('take a drain back')
    .argument('<FILE>', 'the configuration that the gateway runs with')
    .argument('[APPLICATION]', 'its name')
    .action(async (file: string, application: string | undefined) =>
      (await import('./control.ts')).resume(file, application),
    );

  program
    .command('daemon')
    .description('start, stop or restart the daemon of APPLICATION')
    .addArgument(new Argument('<ACTION>', 'what to do').choices(['start', 'stop', 'restart']))
    .argument('<FILE>', 'the configuration that the gateway runs with')
    .argument('<APPLICATION>', 'its name')
    .action(async (action: string, file: string, application: string) =>
      (await import('./control.ts')).daemon(action, file, application),
    );

  program
    .command('flood')
    .description('send ten seconds of visitors to a gateway on this machine, and show what becomes of them')
    .argument('[URL]', 'what the visitors ask for', 'http://127.0.0.1:8080/')
    .option('--admin <URL>', "the gateway's admin address, to show its lanes", 'http://127.0.0.1:9180')
    .option('--rate <NUMBER>', 'visitors a second at the height of the flood', positiveNumber, 3000)
    .action(async (url: string, options: FloodCommandOptions) =>
      (await import('./flood.ts')).flood(url, options),
    );

  program
    .command('frontend')
    .description(
      'make a CGI program for a web server that decides per request as the gateway would, without one',
    )
    .argument('<FILE>', 'a YAML file')
    .requiredOption('--output <PATH>', 'the CGI program to make, such as /usr/lib/cgi-bin/wiki.cgi')
    .option('--application <NAME>', 'for which application of FILE; not needed where there is one')
    .option(
      '--executable <PATH>',
      'the executable that all frontends share (default: .spillway/spillway-frontend beside FILE)',
    )
    .option('--state <FOLDER>', 'what its processes share (default: .spillway/NAME beside FILE)')
    .option(
      '--user <NAME>',
      "the web server's user, who gets access to the state (default: the usual one, where you are root)",
    )
    .option('--textfile <FOLDER>', "where the node exporter's textfile collector looks")
    .option('--no-launcher', 'without the launcher in C, which is made where there is a C compiler')
    .action(async (file: string, options: FrontendCommandOptions) =>
      (await import('./frontend.ts')).frontend(file, options),
    );

  addOperatorCommands(program);
  addPolicyCommand(program);
  addPreforkCommand(program);
  addPageCommand(program);
  addBusCommand(program);

  program
    .command('app')
    .description(
      'run the application in FILE (`export default { fetch(request) }`) as CGI, prefork worker, SCGI server or over HTTP',
    )
    .argument('<FILE>', 'a TypeScript or JavaScript module')
    .option('--scgi <ADDRESS>', 'serve SCGI: 127.0.0.1:4000 or unix:/run/wiki.sock')
    .option('--http <ADDRESS>', 'serve HTTP, for development: 127.0.0.1:8080')
    .option(
      '--concurrency <NUMBER>',
      'how many requests a prefork worker has under way at once',
      positiveNumber,
      1,
    )
    .action(async (file: string, options: AppOptions) => (await import('./app.ts')).app(file, options));

  for (const command of program.commands) {
    command
      .copyInheritedSettings(program)
      .option('--debug', 'show where an unexpected error comes from')
      .helpOption('-h, --help', 'print this help');
  }
  return program;
}
