const NEWLINE = 0x0a;

/** Cuts a flow of bytes into lines of UTF-8, empty ones left out. A line over the bound comes in pieces, so that memory stays bounded. */
export class LineSplitter {
  readonly #take: (line: string) => void;
  readonly #maxBytes: number;
  readonly #decoder = new TextDecoder();
  #pieces: Uint8Array[] = [];
  #length = 0;

  constructor(take: (line: string) => void, maxBytes = 4096) {
    this.#take = take;
    this.#maxBytes = maxBytes;
  }

  write(bytes: Uint8Array): void {
    let from = 0;
    while (from < bytes.length) {
      const newline = bytes.indexOf(NEWLINE, from);
      const to = Math.min(newline < 0 ? bytes.length : newline, from + this.#maxBytes - this.#length);
      // A copy: the reader may use its buffer again.
      this.#pieces.push(bytes.slice(from, to));
      this.#length += to - from;
      from = to;
      if (newline === to) {
        from += 1;
        this.#flush();
      } else if (this.#length >= this.#maxBytes) this.#flush();
    }
  }

  /** Gives out what came after the last newline. */
  end(): void {
    this.#flush();
  }

  #flush(): void {
    if (this.#length === 0) return;
    const line = this.#decoder.decode(Buffer.concat(this.#pieces));
    this.#pieces = [];
    this.#length = 0;
    this.#take(line.endsWith('\r') ? line.slice(0, -1) : line);
  }
}
