import { readFileSync, statSync } from 'node:fs';
import { Fault } from '../core/fault.ts';

/** Pages are kept in memory. */
const LONGEST = 1024 * 1024;

/**
 * Reads one of the operator's files.
 * @throws Fault where it cannot be read, is too long, empty, or not UTF-8.
 */
export function readText(file: string, { mayBeEmpty = false } = {}): string {
  let bytes: Uint8Array;
  try {
    const status = statSync(file);
    if (!status.isFile()) throw new Error(status.isDirectory() ? 'a directory' : 'no regular file');
    if (status.size > LONGEST) throw new Error(`${status.size} bytes`);
    bytes = readFileSync(file);
  } catch (cause) {
    const message = `expected a readable file of at most 1 MiB, found ${whatWasFound(cause)}`;
    throw new Fault('overload-page/unreadable', message, { file }, cause);
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    const message = 'expected text in UTF-8, found other bytes: save the file as UTF-8';
    throw new Fault('overload-page/not-utf-8', message, { file }, cause);
  }
  if (!mayBeEmpty && text.trim() === '')
    throw new Fault('overload-page/empty', 'expected an HTML page, found an empty file', { file, line: 1 });
  return text;
}

export function whatWasFound(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ENOENT') return 'nothing';
  if (code === 'EACCES') return 'what may not be read: check its owner and mode';
  return cause instanceof Error ? cause.message : String(cause);
}
