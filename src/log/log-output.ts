/** Where finished lines go. Does not throw: a log that cannot be written is no reason to refuse visitors. */
export interface LogOutput {
  /** One line or more, each with its line end. */
  write(lines: string): void;
  /** Lines that could not be written, or that nobody read. */
  readonly lost: number;
  /** Hands everything to the system before it returns. */
  flush(): void;
  /** Flushes, and gives back what it holds. Nothing is written afterwards. */
  close(): void;
}
