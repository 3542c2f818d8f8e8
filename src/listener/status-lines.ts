import { reasonPhrase } from '../protocol/http1/reason-phrase.ts';
import type { Scratch } from './scratch.ts';

const longestReason = 256;

/** The first lines of answers. Those with the usual reason phrase are made once: nearly all answers have one of a few. */
export class StatusLines {
  readonly #beginning: string;
  readonly #usual = new Map<number, Uint8Array>();

  /** `beginning` is what stands before the status: `HTTP/1.1 `. */
  constructor(beginning: string) {
    this.#beginning = beginning;
  }

  write(into: Scratch, status: number, reason: string): void {
    const usual = reasonPhrase(status);
    if (reason !== '' && reason !== usual)
      return into.text(this.#line(status, reason.slice(0, longestReason)));
    let line = this.#usual.get(status);
    if (line === undefined) {
      line = Buffer.from(this.#line(status, usual), 'latin1');
      this.#usual.set(status, line);
    }
    into.add(line);
  }

  #line(status: number, reason: string): string {
    return `${this.#beginning}${status} ${reason}\r\n`;
  }
}
