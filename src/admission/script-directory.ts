import { accessSync, constants, realpathSync, type Stats, statSync } from 'node:fs';

/** The program that a path names. Byte strings. */
export interface FoundScript {
  /** What to add to SCRIPT_NAME: begins with a slash. */
  readonly name: string;
  /** The rest of the path; empty or beginning with a slash. */
  readonly pathInfo: string;
  /** Absolute path without links. */
  readonly program: string;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * A directory of CGI programs. A program is looked up for each request, some calls of stat(2) and one of realpath(3), so that new
 * ones work at once; the directory itself need not be there yet.
 *
 * What is run is the path without links that was checked. Whoever may write to the directory can still put another file there
 * between the look and the start, as they can put a program there in the first place: links are refused against mistakes, not
 * against the owner of the directory.
 */
export class ScriptDirectory {
  readonly #directory: string;

  /** An absolute path. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * `path`: what follows the application's prefix, decoded; a byte string. The first segment that is no directory is the program.
   * `forbidden`: it is there and may not be run.
   */
  find(path: string): FoundScript | 'not-found' | 'forbidden' {
    let end = 0;
    let file = this.#directory;
    while (end < path.length) {
      const slash = path.indexOf('/', end + 1);
      const next = slash < 0 ? path.length : slash;
      const segment = textOf(path.slice(end + 1, next));
      if (segment === undefined || path[end] !== '/') return 'not-found';
      file += `/${segment}`;
      end = next;
      const found = this.#look(file);
      if (found?.isDirectory()) continue;
      if (found?.isFile() !== true) return 'not-found';
      const program = this.#runnable(file);
      return program === undefined
        ? 'forbidden'
        : { name: path.slice(0, end), pathInfo: path.slice(end), program: bytesOf(program) };
    }
    return 'not-found';
  }

  #look(file: string): Stats | undefined {
    try {
      return statSync(file, { throwIfNoEntry: false });
    } catch {
      // A name that is too long, links in a circle, a directory that the gateway may not enter.
      return undefined;
    }
  }

  /** The path without links of a file that may be run; nothing where it may not. */
  #runnable(file: string): string | undefined {
    try {
      const root = `${realpathSync(this.#directory)}/`;
      const real = realpathSync(file);
      if (!real.startsWith(root) || real.slice(root.length - 1).includes('/.')) return undefined;
      accessSync(real, constants.X_OK);
      return real;
    } catch {
      return undefined;
    }
  }
}

/** A segment as the text of a file's name; nothing where it is empty, begins with a dot, or no file can have that name here. */
function textOf(segment: string): string | undefined {
  if (segment === '' || segment.startsWith('.') || /[\0/]/.test(segment)) return undefined;
  try {
    return utf8.decode(Buffer.from(segment, 'latin1'));
  } catch {
    return undefined;
  }
}

function bytesOf(path: string): string {
  return Buffer.from(path).toString('latin1');
}
