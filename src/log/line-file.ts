import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  ftruncateSync,
  openSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { Fault } from '../core/fault.ts';
import { hasCode } from '../system/has-code.ts';
import { countLines } from './count-lines.ts';

const { O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK, O_NOCTTY } = constants;
/** Not waiting matters for a named pipe only: without a reader it is an error at once, not a gateway that hangs. */
const OPEN = O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY;
/** What visitors ask for is not for every user of the machine. */
const MODE = 0o640;
const LF = 0x0a;

/** A file of whole lines that is appended to. */
export class LineFile {
  readonly path: string;
  #descriptor: number;
  #bytes: number;

  /** Throws a Fault where the file cannot be opened. */
  constructor(path: string) {
    this.path = path;
    this.#descriptor = open(path);
    this.#bytes = fstatSync(this.#descriptor).size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Returns the lines lost. A disk that is full in the middle of a line takes the begun line back: what is in the file stays
   * lines, whoever reads it.
   */
  append(batch: Uint8Array): number {
    let at = 0;
    while (at < batch.length) {
      try {
        at += writeSync(this.#descriptor, batch, at);
      } catch (error) {
        if (hasCode(error, 'EINTR')) continue;
        const whole = at === 0 ? 0 : batch.lastIndexOf(LF, at - 1) + 1;
        this.#cutBack(at - whole);
        this.#bytes += whole;
        return countLines(batch.subarray(whole));
      }
    }
    this.#bytes += at;
    return 0;
  }

  /** From now on lines go to the file that has the name now. The old one stays where that cannot be opened: throws a Fault. */
  reopen(): void {
    const descriptor = open(this.path);
    closeSync(this.#descriptor);
    this.#descriptor = descriptor;
    this.#bytes = fstatSync(descriptor).size;
  }

  /** Makes `path` to `path.1`, `path.1` to `path.2` and so on up to `keep`, and begins anew. Throws where that cannot be. */
  rotate(keep: number): void {
    for (let age = keep - 1; age > 0; age -= 1) {
      if (existsSync(`${this.path}.${age}`)) renameSync(`${this.path}.${age}`, `${this.path}.${age + 1}`);
    }
    if (keep > 0) renameSync(this.path, `${this.path}.1`);
    else ftruncateSync(this.#descriptor, 0);
    this.reopen();
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #cutBack(bytes: number): void {
    if (bytes === 0) return;
    try {
      ftruncateSync(this.#descriptor, fstatSync(this.#descriptor).size - bytes);
    } catch {
      // A device or a pipe: what it took is gone.
    }
  }
}

function open(path: string): number {
  try {
    return openSync(path, OPEN, MODE);
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    throw new Fault(
      'log/cannot-open',
      `expected a file that this user may write to, found ${found}`,
      { file: path },
      error,
    );
  }
}
