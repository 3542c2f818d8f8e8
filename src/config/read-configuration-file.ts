import { readFile, stat } from 'node:fs/promises';
import { Fault } from '../core/fault.ts';

/** Far more than anybody writes by hand; keeps a wrong file from being taken in. */
const LONGEST = 4 * 1024 * 1024;

/** The text of a configuration file. */
export async function readConfigurationFile(file: string): Promise<string | Fault> {
  const fault = (found: string, cause?: unknown) =>
    new Fault('config/unreadable', `expected a readable YAML file, found ${found}`, { file }, cause);
  try {
    const { size, ...status } = await stat(file).then((found) => ({
      size: found.size,
      isDirectory: found.isDirectory(),
      isFile: found.isFile(),
    }));
    if (status.isDirectory) return fault('a directory: name the file in it');
    if (!status.isFile) return fault('something else than a file');
    if (size > LONGEST) return fault(`${size} bytes: that is no configuration`);
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
  } catch (error) {
    return fault(describeError(error), error);
  }
}

function describeError(error: unknown): string {
  if (error instanceof TypeError) return 'bytes that are not UTF-8';
  switch (error instanceof Error && 'code' in error ? error.code : undefined) {
    case 'ENOENT':
      return 'nothing there: check the path';
    case 'EACCES':
      return 'one that may not be read: check its owner and mode';
    case 'ENOTDIR':
      return 'that a part of its path is no directory';
    case 'ENAMETOOLONG':
      return 'that its path is too long';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
