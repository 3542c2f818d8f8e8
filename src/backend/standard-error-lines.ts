import { ByteCollector } from '../protocol/byte-collector.ts';

const LF = 0x0a;

export interface StandardErrorLimits {
  /** A longer line is cut into several. */
  readonly maxLineBytes: number;
  /** What is logged of one request; the rest is only counted. */
  readonly maxBytes: number;
}

/** Makes lines for the log out of what a program writes to its standard error: bounded, and safe to show on a terminal. */
export class StandardErrorLines {
  readonly #limits: StandardErrorLimits;
  readonly #onLine: (line: string) => void;
  readonly #line = new ByteCollector();
  #taken = 0;
  #leftOut = 0;

  constructor(limits: StandardErrorLimits, onLine: (line: string) => void) {
    this.#limits = limits;
    this.#onLine = onLine;
  }

  push(chunk: Uint8Array): void {
    const room = Math.min(chunk.length, this.#limits.maxBytes - this.#taken);
    this.#taken += room;
    this.#leftOut += chunk.length - room;
    let at = 0;
    while (at < room) {
      const lineEnd = chunk.indexOf(LF, at);
      const until = lineEnd < 0 || lineEnd > room ? room : lineEnd;
      const fits = Math.min(until, at + this.#limits.maxLineBytes - this.#line.length);
      this.#line.add(chunk, at, fits);
      at = fits;
      if (fits < until) this.#tell();
      else if (until === lineEnd) {
        this.#tell();
        at += 1;
      }
    }
  }

  /** Tells the unfinished last line, and how much was left out. */
  finish(): void {
    this.#tell();
    if (this.#leftOut > 0) this.#onLine(`[${this.#leftOut} more bytes of standard error are left out]`);
  }

  #tell(): void {
    if (this.#line.length === 0) return;
    const text = new TextDecoder().decode(this.#line.take()).trimEnd();
    if (text !== '') this.#onLine(text.replace(/\p{Cc}/gu, visible));
  }
}

/** A control character could move the cursor of whoever reads the log. */
function visible(control: string): string {
  return control === '\t' ? control : `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
