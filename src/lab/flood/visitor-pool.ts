import type { Socket } from 'bun';
import { AnswerReader } from './answer-reader.ts';
import type { Visit } from './visit.ts';

export interface VisitorPoolOptions {
  readonly host: string;
  readonly port: number;
  /** The bytes of the one request that every visitor sends. */
  readonly request: Uint8Array;
  /** Who comes when all are in use waits inside the pool, while its latency counts on. */
  readonly maxConnections: number;
  readonly now: () => number;
}

interface Connection {
  visit: Visit | undefined;
  reader: AnswerReader;
  /** Bytes of an answer have come for the visit that is on. */
  answering: boolean;
  /** Answers that came over this connection. */
  answers: number;
  unsent: Uint8Array;
}

/** A minimal HTTP/1.1 client for very many equal requests: connections are kept and used again, the newest first. */
export class VisitorPool {
  readonly #options: VisitorPoolOptions;
  readonly #idle: Socket<Connection>[] = [];
  readonly #waiting: Visit[] = [];
  /** The first of `waiting` that still waits. */
  #first = 0;
  readonly #open = new Set<Socket<Connection>>();
  #connecting = 0;
  #closed = false;

  constructor(options: VisitorPoolOptions) {
    this.#options = options;
  }

  /** Visits that have not ended. */
  get pending(): number {
    let busy = 0;
    for (const socket of this.#open) if (socket.data.visit !== undefined) busy++;
    return busy + this.#waiting.length - this.#first;
  }

  visit(visit: Visit): void {
    const socket = this.#idle.pop();
    if (socket !== undefined) return this.#send(socket, visit);
    this.#waiting.push(visit);
    this.#connectIfNeeded();
  }

  /** Ends everything; who still waits gets no answer. */
  close(why: string): void {
    this.#closed = true;
    const left = this.#waiting.slice(this.#first);
    for (const socket of this.#open) {
      if (socket.data.visit !== undefined) left.push(socket.data.visit);
      socket.data.visit = undefined;
      socket.terminate();
    }
    this.#waiting.length = 0;
    this.#first = 0;
    for (const visit of left) visit.ended({ kind: 'unanswered', why });
  }

  #connectIfNeeded(): void {
    const { maxConnections, host, port } = this.#options;
    const waiting = this.#waiting.length - this.#first;
    if (this.#closed || this.#connecting >= waiting || this.#open.size + this.#connecting >= maxConnections)
      return;
    this.#connecting++;
    Bun.connect<Connection>({
      hostname: host,
      port,
      socket: {
        open: (socket) => {
          this.#connecting--;
          this.#open.add(socket);
          if (this.#closed) socket.terminate();
          else this.#next(socket);
        },
        data: (socket, bytes) => this.#received(socket, bytes),
        drain: flush,
        close: (socket) => this.#lost(socket),
        connectError: () => {
          this.#connecting--;
          this.#take()?.ended({ kind: 'unanswered', why: 'no connection' });
          this.#connectIfNeeded();
        },
        error: (socket) => {
          socket.terminate();
        },
      },
      data: { visit: undefined, reader: new AnswerReader(), answering: false, answers: 0, unsent: NOTHING },
    }).catch(() => undefined); // `connectError` has counted it.
  }

  #take(): Visit | undefined {
    const visit = this.#waiting[this.#first];
    if (visit === undefined) return undefined;
    this.#first++;
    if (this.#first > 1024 && this.#first * 2 > this.#waiting.length) {
      this.#waiting.splice(0, this.#first);
      this.#first = 0;
    }
    return visit;
  }

  #next(socket: Socket<Connection>): void {
    const visit = this.#take();
    if (visit === undefined) this.#idle.push(socket);
    else this.#send(socket, visit);
  }

  #send(socket: Socket<Connection>, visit: Visit): void {
    const connection = socket.data;
    connection.visit = visit;
    connection.reader = new AnswerReader();
    connection.answering = false;
    connection.unsent = this.#options.request;
    flush(socket);
  }

  #received(socket: Socket<Connection>, bytes: Buffer): void {
    const connection = socket.data;
    if (connection.visit === undefined) {
      socket.terminate();
      return;
    }
    connection.answering = true;
    const read = connection.reader.push(bytes);
    if (read === 'more') return;
    if (read === 'malformed') {
      this.#end(connection, 'malformed answer');
      socket.terminate();
      return;
    }
    this.#end(connection, undefined);
    if (connection.reader.keepAlive) this.#next(socket);
    else socket.end();
  }

  #lost(socket: Socket<Connection>): void {
    this.#open.delete(socket);
    const place = this.#idle.indexOf(socket);
    if (place >= 0) this.#idle.splice(place, 1);
    const connection = socket.data;
    const { visit } = connection;
    if (visit !== undefined) {
      // A server may close an idle connection at the very moment at which it is used again (RFC 9112, section 9.5): a fresh one.
      if (connection.answers > 0 && !connection.answering && !this.#closed) {
        connection.visit = undefined;
        this.visit(visit);
      } else this.#end(connection, connection.reader.end() ? undefined : 'broken off');
    }
    this.#connectIfNeeded();
  }

  /** `why`: nothing where the answer is whole. */
  #end(connection: Connection, why: string | undefined): void {
    const { visit, reader } = connection;
    connection.visit = undefined;
    connection.answers++;
    if (visit === undefined) return;
    if (why !== undefined) visit.ended({ kind: 'unanswered', why });
    else {
      const latencyMs = this.#options.now() - visit.intendedMs;
      visit.ended({ kind: 'answered', status: reader.status, latencyMs });
    }
  }
}

const NOTHING = new Uint8Array();

function flush(socket: Socket<Connection>): void {
  const connection = socket.data;
  if (connection.unsent.length === 0) return;
  const written = socket.write(connection.unsent);
  if (written > 0) connection.unsent = connection.unsent.subarray(written);
}
