import { copyFileSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** In the order in which they are looked for. */
const COMPILERS = ['cc', 'gcc', 'clang', 'tcc'];
/** The first that works. Without shared libraries a program starts in half the time. */
const LINKING = [['-static'], []];

export interface LauncherOptions {
  /** Absolute path of the frontend's script, which it becomes. */
  readonly script: string;
  /** Absolute path of the lease. */
  readonly lease: string;
  readonly output: string;
  /** Where compilers are looked for, as PATH. */
  readonly path?: string;
}

/**
 * Builds the launcher; false where no compiler is found that can do it: then the script is to be installed in its place. Throws
 * what the system says of the output.
 */
export function buildLauncher({ script, lease, output, path }: LauncherOptions): boolean {
  const source = fileURLToPath(new URL('./launcher/launcher.c', import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'spillway-launcher-'));
  const built = join(folder, 'launcher');
  try {
    const definitions = [`-DSCRIPT=${quoteC(script)}`, `-DLEASE=${quoteC(lease)}`];
    for (const name of COMPILERS) {
      const compiler = Bun.which(name, path === undefined ? {} : { PATH: path });
      if (compiler === null) continue;
      for (const linking of LINKING) {
        const command = [compiler, '-std=c99', '-O2', '-s', ...linking, ...definitions, '-o', built, source];
        const { success } = Bun.spawnSync(command, { stdin: 'ignore', stdout: 'ignore', stderr: 'ignore' });
        if (!success) continue;
        put(built, output);
        return true;
      }
    }
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** By rename, for one that runs just now cannot be written to. */
function put(built: string, output: string): void {
  const temporary = `${output}.${process.pid}`;
  copyFileSync(built, temporary);
  renameSync(temporary, output);
}

/** As a string of C: whatever is no plain character as an octal escape. */
function quoteC(text: string): string {
  let quoted = '';
  for (const byte of Buffer.from(text, 'utf8')) {
    const character = String.fromCharCode(byte);
    quoted += /[\w/.,+@ -]/.test(character) ? character : `\\${byte.toString(8).padStart(3, '0')}`;
  }
  return `"${quoted}"`;
}
