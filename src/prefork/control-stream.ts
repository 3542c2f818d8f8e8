import type { Clock } from '../core/clock.ts';
import { EAGAIN, EINTR, errno } from '../system/errno.ts';
import { LineReader } from './line-reader.ts';
import type { PollSet } from './poll-set.ts';
import { socketCalls } from './socket-calls.ts';
import { encodeLine, type ParentLine, parseWorkerLine, type WorkerLine } from './worker-protocol.ts';

const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
/** What a worker has not read yet. Only events of the bus can get there. */
const MAX_UNREAD_BYTES = 1024 * 1024;
const TRY_AGAIN_MS = 10;

const received = new Uint8Array(new ArrayBuffer(65_536));

export interface ControlHandlers {
  readonly line: (line: WorkerLine) => void;
  /** The worker breaks the protocol, or does not read. */
  readonly breached: (found: string) => void;
}

/** The parent's end of a control stream. Its own reads, so that at the end of a worker nothing that it said is left unread. */
export class ControlStream {
  readonly #descriptor: number;
  readonly #polls: PollSet;
  readonly #clock: Clock;
  readonly #handlers: ControlHandlers;
  readonly #reader = new LineReader();
  #unsent: Uint8Array = new Uint8Array();
  #cancelRetry: (() => void) | undefined;
  #state: 'open' | 'ended' | 'closed' = 'open';

  /** Takes the descriptor over. */
  constructor(descriptor: number, polls: PollSet, clock: Clock, handlers: ControlHandlers) {
    this.#descriptor = descriptor;
    this.#polls = polls;
    this.#clock = clock;
    this.#handlers = handlers;
    polls.add(descriptor, () => this.#read());
  }

  /** False where nobody is there to read it. */
  say(line: ParentLine): boolean {
    if (this.#state === 'closed') return false;
    const bytes = Buffer.from(encodeLine(line), 'utf8');
    if (this.#unsent.length > 0) {
      this.#unsent = Buffer.concat([this.#unsent, bytes]);
      if (this.#unsent.length > MAX_UNREAD_BYTES) this.#handlers.breached('a worker that reads nothing');
      return true;
    }
    return this.#send(bytes);
  }

  /** Hears what is left, and closes. */
  close(): void {
    if (this.#state === 'closed') return;
    if (this.#state === 'open') this.#read();
    this.#polls.remove(this.#descriptor);
    this.#state = 'closed';
    this.#cancelRetry?.();
    socketCalls().close(this.#descriptor);
  }

  #send(bytes: Uint8Array): boolean {
    const { send } = socketCalls();
    const sent = Number(send(this.#descriptor, bytes, BigInt(bytes.length), MSG_DONTWAIT | MSG_NOSIGNAL));
    const error = sent < 0 ? errno() : 0;
    if (error !== 0 && error !== EAGAIN && error !== EINTR) return false;
    if (sent === bytes.length) return true;
    this.#unsent = bytes.slice(Math.max(0, sent));
    this.#cancelRetry = this.#clock.after(TRY_AGAIN_MS, () => {
      const unsent = this.#unsent;
      this.#unsent = new Uint8Array();
      this.#send(unsent);
    });
    return true;
  }

  #read(): void {
    const { recv } = socketCalls();
    while (this.#state === 'open') {
      const length = Number(recv(this.#descriptor, received, BigInt(received.length), MSG_DONTWAIT));
      if (length > 0) {
        this.#hear(received.subarray(0, length));
        if (length < received.length) return;
        continue;
      }
      const error = length < 0 ? errno() : 0;
      if (error === EAGAIN) return;
      if (error === EINTR) continue;
      this.#state = 'ended';
      this.#polls.remove(this.#descriptor);
    }
  }

  #hear(bytes: Uint8Array): void {
    const lines = this.#reader.read(bytes);
    if (lines === undefined) {
      this.#handlers.breached('a line without end');
      return;
    }
    for (const text of lines) {
      const line = parseWorkerLine(text);
      if (line === undefined) this.#handlers.breached(JSON.stringify(text.slice(0, 200)));
      else if (line !== 'unknown') this.#handlers.line(line);
    }
  }
}
