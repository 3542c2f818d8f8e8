import { renameSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Fault } from '../core/fault.ts';

/**
 * Makes the executable that frontends share: the runtime, our code and our policies in one file. It takes the place of an older
 * one whole, whose running processes go on.
 */
export async function compileFrontend(path: string): Promise<void> {
  const temporary = `${path}.${process.pid}`;
  const built = await Bun.build({
    entrypoints: [fileURLToPath(new URL('./main.ts', import.meta.url))],
    target: 'bun',
    minify: true,
    // What lies in the folder that a web server starts programs in is none of our configuration.
    compile: { outfile: temporary, autoloadDotenv: false, autoloadBunfig: false },
    throw: false,
  });
  if (!built.success)
    throw new Fault('frontend/not-built', `expected to build the frontend, found: ${built.logs.join('; ')}`, {
      file: path,
    });
  renameSync(temporary, path);
}
