import { basename, dirname } from 'node:path';
import type { View } from '../core/view.ts';
import type { ExecOptions } from './exec-options.ts';

/** What is run for one request. */
export interface ExecTarget {
  /** What it is to CGI, and to people. */
  readonly program: string;
  /** Its words. */
  readonly command: readonly string[];
  readonly directory: string;
  /** It gives a whole HTTP response. */
  readonly nph: boolean;
}

/** The configured program, or the one that the request's SCRIPT_FILENAME names, which only the gateway itself sets. */
export function execTarget({ program, command, directory, nph }: ExecOptions, view: View): ExecTarget {
  const path = program ?? Buffer.from(view.meta('SCRIPT_FILENAME') ?? '', 'latin1').toString('utf8');
  const isNph = nph === 'all' || (nph === 'by-name' && basename(path).startsWith('nph-'));
  return { program: path, command: command ?? [path], directory: directory ?? dirname(path), nph: isNph };
}
