import type { Socket } from 'bun';
import { readRetryAfter } from './read-retry-after.ts';
import type { Ended, VisitorEnd } from './visitor-end.ts';

/** What all visitors have in common. */
export interface VisitorRules {
  readonly port: number;
  /** Who has no answer by then gives up. */
  readonly patienceMs: number;
  /** An answer in this time is good. */
  readonly goodMs: number;
  readonly now: () => number;
}

/** One visitor with a connection of its own, who leaves when patience is over. */
export class Visitor {
  readonly #rules: VisitorRules;
  readonly #target: string;
  /** When this visitor wanted to come. */
  readonly #intendedMs: number;
  readonly #ended: Ended;
  #over = false;
  #socket: Socket<Visitor> | undefined;

  constructor(rules: VisitorRules, target: string, intendedMs: number, ended: Ended) {
    this.#rules = rules;
    this.#target = target;
    this.#intendedMs = intendedMs;
    this.#ended = ended;
    Bun.connect<Visitor>({ hostname: '127.0.0.1', port: rules.port, data: this, socket: handlers }).catch(
      () => this.#end('failed'),
    );
  }

  get over(): boolean {
    return this.#over;
  }

  get dueMs(): number {
    return this.#intendedMs + this.#rules.patienceMs;
  }

  opened(socket: Socket<Visitor>): void {
    this.#socket = socket;
    if (this.#over) socket.terminate();
    else
      socket.write(
        `GET ${this.#target} HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\nConnection: close\r\n\r\n`,
      );
  }

  received(data: Buffer): void {
    if (this.#over) return;
    const status = Number(data.toString('latin1', 9, 12));
    if (status === 503 || status === 429) this.#end('shed', readRetryAfter(data.toString('latin1', 0, 2048)));
    else if (status < 200 || status >= 400) this.#end('failed');
    else {
      const latencyMs = this.#rules.now() - this.#intendedMs;
      this.#end(latencyMs <= this.#rules.goodMs ? 'good' : 'late');
    }
  }

  closed(): void {
    this.#end('failed');
  }

  giveUp(): void {
    this.#end('gone');
    this.#socket?.terminate();
  }

  #end(end: VisitorEnd, retryAfterMs?: number): void {
    if (this.#over) return;
    this.#over = true;
    this.#ended(end, this.#rules.now() - this.#intendedMs, retryAfterMs);
  }
}

const handlers = {
  open: (socket: Socket<Visitor>) => socket.data.opened(socket),
  data: (socket: Socket<Visitor>, data: Buffer) => socket.data.received(data),
  close: (socket: Socket<Visitor>) => socket.data.closed(),
  error() {},
  connectError() {},
};
