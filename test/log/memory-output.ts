import type { LogOutput } from '../../src/log/log-output.ts';

/** Keeps what is written. */
export class MemoryOutput implements LogOutput {
  text = '';
  flushes = 0;
  readonly lost = 0;
  write(lines: string): void {
    this.text += lines;
  }
  flush(): void {
    this.flushes += 1;
  }
  close(): void {
    this.flush();
  }
  get lines(): string[] {
    return this.text.split('\n').slice(0, -1);
  }
  /** Each line as JSON. */
  get records(): Record<string, unknown>[] {
    return this.lines.map((line) => JSON.parse(line));
  }
}
