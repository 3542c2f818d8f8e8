import { statSync } from 'node:fs';
import { Fault } from '../core/fault.ts';

/** Says why a program could not be started, in terms of what the operator can do. */
export function startFault(thrown: unknown, program: string, directory: string): Fault {
  const found = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : String(thrown);
  const place = { file: program };
  if (thrown instanceof Fault) return thrown;
  switch (found) {
    case 'ENOENT':
    case 'ENOTDIR':
      // The runtime reports a missing directory as a missing program.
      if (!isDirectory(directory)) {
        const message = `expected the program's directory ${directory}; found no such directory`;
        return new Fault('exec/no-directory', message, place, thrown);
      }
      if (exists(program)) {
        const message =
          'expected the interpreter that the first line of the program names; found no such file (a carriage return at the end of that line is a part of the name)';
        return new Fault('exec/no-interpreter', message, place, thrown);
      }
      return new Fault('exec/no-program', 'expected a program; found no such file', place, thrown);
    case 'EACCES':
    case 'EPERM':
      return new Fault(
        'exec/not-permitted',
        `expected a file that the gateway's user may execute, in a directory that it may enter; found ${found}: try chmod +x`,
        place,
        thrown,
      );
    case 'ENOEXEC':
      return new Fault(
        'exec/not-a-program',
        'expected an executable for this machine or a script whose first line names its interpreter (#!/bin/sh); found neither',
        place,
        thrown,
      );
    default:
      return new Fault('exec/not-started', `expected to start the program; found ${found}`, place, thrown);
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
