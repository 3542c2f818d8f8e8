import { renameSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Fault } from '../core/fault.ts';

/** How many times as often as usual a function is interpreted before it is translated. */
const JIT_AFTER = 100;

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
    // What only some requests need is in files of its own, with the parts of the runtime that it needs.
    splitting: true,
    // Parsed and translated here: 6 ms less for each request.
    bytecode: true,
    format: 'esm',
    compile: {
      outfile: temporary,
      // What lies in the folder that a web server starts programs in is none of our configuration.
      autoloadDotenv: false,
      autoloadBunfig: false,
      // A process that ends after some milliseconds has no time to translate anything into machine code, and no need for threads that do: 1 ms less.
      jitPolicy: JIT_AFTER,
    },
    throw: false,
  });
  if (!built.success)
    throw new Fault('frontend/not-built', `expected to build the frontend, found: ${built.logs.join('; ')}`, {
      file: path,
    });
  renameSync(temporary, path);
}
