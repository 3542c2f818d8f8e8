import { basename, dirname } from 'node:path';
import { Fault } from '../core/fault.ts';

/** Makes one JavaScript module of an operator's policy and of what it imports, so that a request has nothing to translate. Returns its path. */
export async function bundlePolicy(file: string, output: string): Promise<string> {
  const built = await Bun.build({
    entrypoints: [file],
    outdir: dirname(output),
    naming: basename(output),
    target: 'bun',
    minify: true,
    throw: false,
  });
  if (!built.success)
    throw new Fault(
      'policy/not-importable',
      `expected a policy that can be built, found: ${built.logs.join('; ')}`,
      {
        file,
      },
    );
  return output;
}
