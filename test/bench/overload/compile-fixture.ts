import { join } from 'node:path';

/** Compiles a C program of this folder. Gives where it is: `output`. */
export function compileFixture(source: string, output: string): string {
  const compiled = Bun.spawnSync(['cc', '-O2', '-o', output, join(import.meta.dirname, source)]);
  if (compiled.exitCode !== 0) throw new Error(`cc: ${compiled.stderr.toString()}`);
  return output;
}
