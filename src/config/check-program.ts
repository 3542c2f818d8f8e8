import { constants } from 'node:fs';
import { access, open, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Problem } from './problem.ts';

/** What keeps the file at the absolute `path` from being run as a program. */
export async function checkProgram(path: string): Promise<Problem | undefined> {
  const status = await stat(path).catch(() => undefined);
  if (status === undefined) return missing(`nothing at ${path}`);
  if (!status.isFile())
    return missing(`${status.isDirectory() ? 'a directory' : 'no regular file'} at ${path}`);
  const mayRun = await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
  if (!mayRun) {
    const message = `expected an executable file, found ${path} without leave to execute it: chmod +x ${path}`;
    return { code: 'config/program-not-executable', message };
  }
  return checkInterpreter(path);
}

/** As `checkProgram`, for a program that is looked up in PATH. */
export async function checkProgramInPath(name: string, path: string): Promise<Problem | undefined> {
  for (const directory of path.split(delimiter)) {
    if (directory !== '' && (await checkProgram(join(directory, name))) === undefined) return undefined;
  }
  return missing(`no ${name} in PATH: install it, or write its path with a slash`);
}

function missing(found: string): Problem {
  return { code: 'config/program-missing', message: `expected an executable file, found ${found}` };
}

/**
 * A script whose interpreter is not there fails only when it is run, with an error that names the script. A line end
 * of Windows after the interpreter is the usual reason.
 */
async function checkInterpreter(path: string): Promise<Problem | undefined> {
  const first = await firstLine(path);
  const [, interpreter] = /^#![ \t]*([^ \t\n]+)/.exec(first) ?? [];
  if (interpreter === undefined) return undefined;
  const plain = interpreter.replace(/\r$/, '');
  if (plain !== interpreter) {
    const message = `expected a program, found ${path} with line ends of Windows (CRLF): convert it to LF`;
    return { code: 'config/program-interpreter', message };
  }
  if (!plain.startsWith('/') || (await stat(plain).catch(() => undefined)) !== undefined) return undefined;
  const message = `expected a program, found ${path} with the interpreter ${plain}, which is not there: install it, or correct the first line`;
  return { code: 'config/program-interpreter', message };
}

/** Up to 256 bytes, which is all that the kernel looks at; empty where the file may be run but not read. */
async function firstLine(path: string): Promise<string> {
  try {
    await using file = await open(path, 'r');
    const { buffer, bytesRead } = await file.read(new Uint8Array(256), 0, 256, 0);
    return new TextDecoder('latin1').decode(buffer.subarray(0, bytesRead)).split('\n', 1)[0] ?? '';
  } catch {
    return '';
  }
}
