import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { serialize } from 'node:v8';

export interface ApartOptions {
  /** Absolute path of the module that runs there; it speaks by `Apart`. */
  readonly module: string;
  /** What it is given: anything that can be cloned. */
  readonly input: unknown;
  /** How long it may be silent, or work, from its first word on: see `hear`. */
  readonly limitMs: number;
  /** Of the processor: where whoever watches is gone, the system ends it. */
  readonly processorSeconds: number;
  /** Where what it prints goes. */
  readonly output: 'ignore' | 'inherit';
  /** Told of each of its words. Answers whether the time limit begins anew. */
  readonly hear: (word: object) => boolean;
}

/** How it came to its end: it said so; it was ended for being late; or it ended before, or could not begin: `exit code 1`, `SIGKILL`. */
export type ApartEnd =
  | { readonly kind: 'done' }
  | { readonly kind: 'late' }
  | { readonly kind: 'ended'; readonly how: string };

/** A process that has not begun to speak waits for the machine, not for its module. */
const START_MS = 15_000;

/**
 * Runs a module in a process of its own, so that what never comes back, or ends its process, harms nobody: the event loop here goes on.
 */
export function runApart(options: ApartOptions): Promise<ApartEnd> {
  const { module, input, limitMs, processorSeconds, output, hear } = options;
  const given = serialize(input);
  return new Promise((resolve) => {
    const child = spawn(
      '/bin/sh',
      // A shell that knows no such limit goes without.
      ['-c', 'ulimit -t "$0" 2>/dev/null; exec "$@"', String(processorSeconds), process.execPath, module],
      { stdio: ['pipe', output, output, 'pipe'] },
    );
    // Not there where it could not be started.
    const words = child.stdio[3] as Readable | null | undefined;
    let timer = setTimeout(() => end({ kind: 'late' }), START_MS);
    const end = (how: ApartEnd): void => {
      clearTimeout(timer);
      words?.destroy();
      child.kill('SIGKILL');
      resolve(how);
    };
    const take = (line: string): void => {
      if (line === 'done') {
        end({ kind: 'done' });
        return;
      }
      const word = wordOf(line);
      if (word === undefined || !hear(word)) return;
      clearTimeout(timer);
      timer = setTimeout(() => end({ kind: 'late' }), limitMs);
    };
    let rest = '';
    words?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) take(line);
    });
    words?.on('error', () => {});
    child.once('error', ({ message }) => end({ kind: 'ended', how: message }));
    child.once('close', (code, signal) =>
      end({ kind: 'ended', how: signal === null ? `exit code ${code}` : signal }),
    );
    // It may end before it has read.
    child.stdin?.on('error', () => {});
    child.stdin?.end(given);
  });
}

/** Nothing where it is none of `apart`: whatever runs there may write where it likes. */
function wordOf(line: string): object | undefined {
  try {
    const word: unknown = JSON.parse(line);
    return typeof word === 'object' && word !== null ? word : undefined;
  } catch {
    return undefined;
  }
}
