import { CommanderError } from 'commander';
import { Fault } from '../core/fault.ts';
import { createProgram } from './create-program.ts';

/**
 * The entry of the command line. Exit codes: 0 well, 1 faults that an operator can mend (and defects of Spillway), 2 wrong
 * usage.
 */
const USAGE = 2;

// Whoever reads us may stop reading (`spillway schema | head`): that is no fault of ours.
process.stdout.on('error', () => process.exit());

const debug = process.argv.includes('--debug') || (process.env.SPILLWAY_DEBUG ?? '') !== '';
try {
  await createProgram().parseAsync(process.argv);
} catch (error) {
  if (error instanceof CommanderError) {
    // It has written its own message; help and version come this way too.
    process.exitCode = error.exitCode === 0 ? 0 : USAGE;
  } else if (error instanceof Fault) {
    process.stderr.write(`spillway: ${error.toString()}\n`);
    process.exitCode = 1;
  } else {
    process.stderr.write(`${describeDefect(error)}\n`);
    process.exitCode = 1;
  }
}

function describeDefect(error: unknown): string {
  if (debug) return error instanceof Error ? (error.stack ?? error.message) : String(error);
  const message = error instanceof Error ? error.message : String(error);
  return `spillway: unexpected: ${message} (this is a defect of Spillway; --debug shows where)`;
}
