import type { Socket } from 'bun';

/** How a visit ended. */
export type VisitorEnd = 'good' | 'late' | 'shed' | 'failed' | 'gone';

export interface VisitorOptions {
  readonly port: number;
  /** When this visitor wanted to come. */
  readonly intendedMs: number;
  /** Who has no answer by then gives up. */
  readonly patienceMs: number;
  /** An answer in this time is good. */
  readonly goodMs: number;
  readonly now: () => number;
  readonly ended: (end: VisitorEnd, latencyMs: number) => void;
}

const REQUEST = Buffer.from(
  'GET /burn HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\nConnection: close\r\n\r\n',
);

/** One visitor with a connection of its own, who leaves when patience is over. */
export class Visitor {
  readonly #options: VisitorOptions;
  #status = 0;
  #over = false;
  #socket: Socket<Visitor> | undefined;

  constructor(options: VisitorOptions) {
    this.#options = options;
    Bun.connect<Visitor>({ hostname: '127.0.0.1', port: options.port, data: this, socket: handlers }).catch(
      () => this.#end('failed'),
    );
  }

  get over(): boolean {
    return this.#over;
  }

  get dueMs(): number {
    return this.#options.intendedMs + this.#options.patienceMs;
  }

  opened(socket: Socket<Visitor>): void {
    this.#socket = socket;
    if (this.#over) socket.terminate();
    else socket.write(REQUEST);
  }

  received(data: Buffer): void {
    if (this.#status !== 0) return;
    const status = Number(data.toString('latin1', 9, 12));
    this.#status = status;
    const latencyMs = this.#options.now() - this.#options.intendedMs;
    if (status === 503 || status === 429) this.#end('shed');
    else if (status >= 200 && status < 400) this.#end(latencyMs <= this.#options.goodMs ? 'good' : 'late');
    else this.#end('failed');
  }

  closed(): void {
    this.#end('failed');
  }

  giveUp(): void {
    this.#end('gone');
    this.#socket?.terminate();
  }

  #end(end: VisitorEnd): void {
    if (this.#over) return;
    this.#over = true;
    this.#options.ended(end, this.#options.now() - this.#options.intendedMs);
  }
}

const handlers = {
  open: (socket: Socket<Visitor>) => socket.data.opened(socket),
  data: (socket: Socket<Visitor>, data: Buffer) => socket.data.received(data),
  close: (socket: Socket<Visitor>) => socket.data.closed(),
  error() {},
  connectError() {},
};
