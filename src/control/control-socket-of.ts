import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { Fault } from '../core/fault.ts';

/**
 * The control socket that a configuration file names. Reads nothing else of it: who asks for a reload of a faulty file must get
 * its faults from the gateway, not from here. Throws a Fault where there is none.
 */
export function controlSocketOf(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    throw new Fault(
      'control/no-file',
      `expected the configuration of the running gateway, found: ${found}`,
      { file },
      error,
    );
  }
  const socket: unknown = parseDocument(text).getIn(['control', 'socket']);
  if (typeof socket !== 'string') {
    throw new Fault(
      'control/not-configured',
      'expected a socket such as { socket: ./spillway.control }, found none: set it, and start the gateway again',
      { file, key: 'control' },
    );
  }
  return resolve(dirname(file), socket);
}
