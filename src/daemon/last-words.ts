const LINES = 10;
const CHARACTERS = 2000;

/** Keeps the last lines that a process wrote, bounded, for the message that tells of its end. */
export class LastWords {
  readonly #lines: string[] = [];

  add(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > LINES) this.#lines.shift();
  }

  toString(): string {
    return this.#lines.join('\n').slice(-CHARACTERS);
  }
}
