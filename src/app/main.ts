/**
 * The short way to an application: `bun src/app/main.ts FILE`, as `spillway app FILE` but without the command line, whose libraries
 * cost a CGI program more than all the rest. For a server that starts one for each request.
 */
import { Fault } from '../core/fault.ts';
import { runApplication } from './run-application.ts';

const [, , file = ''] = process.argv;
try {
  await runApplication(file.startsWith('/') ? file : `${process.cwd()}/${file}`);
} catch (error) {
  const cause = error instanceof Fault && error.cause instanceof Error ? `\n${error.cause.stack}` : '';
  const text =
    error instanceof Fault ? error.toString() : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`spillway: ${text}${cause}\n`);
  process.exit(1);
}
