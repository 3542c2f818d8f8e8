import { execFile } from 'node:child_process';
import { join } from 'node:path';

export interface Finished {
  readonly code: number | string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export const LAUNCHER = join(import.meta.dirname, '../../bin/spillway');

/** Runs a program to its end; killed after 15 s. */
export function run(
  program: string,
  words: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Finished> {
  return new Promise((resolve) => {
    const { cwd, env = process.env } = options;
    execFile(
      program,
      words,
      { ...(cwd === undefined ? {} : { cwd }), env, timeout: 15_000 },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : (error.code ?? undefined), stdout, stderr });
      },
    );
  });
}

export const runSpillway = (...words: string[]) => run(LAUNCHER, words);
