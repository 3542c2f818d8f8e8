import type { Socket, SocketHandler } from 'bun';
import type { AnswerReceiver, BackendFailure, BackendRequest, BackendRun } from '../core/backend.ts';
import { Fault } from '../core/fault.ts';
import { hasCode } from '../system/has-code.ts';
import { AnswerAssembly } from './answer-assembly.ts';
import { BodyFeed } from './body-feed.ts';
import type { ForwardRunOptions } from './forward-options.ts';
import type { Timed } from './time-sweep.ts';

const firstRetryMs = 1;
const lastRetryMs = 50;

/**
 * One request that a daemon answers.
 *
 *     connecting ──────────────────────────► connected ─────────────────────────────────► over
 *       │   ▲ │                                 │                                          ▲
 *       │   └─┘ Unix socket refused: again      ├─ Content-Length reached: end ────────────┤
 *       │       after a while                   ├─ closed by the daemon: end, silent, ─────┤
 *       │                                       │  bad-head or broken-off                  │
 *       │                                       ├─ time over: timeout ─────────────────────┤
 *       ├─ refused, time over: unreachable      └─ abandoned ──────────────────────────────┤
 *       └─ abandoned ──────────────────────────────────────────────────────────────────────┘
 *
 * A request is tried again only where no connection was made: what was written may have been consumed. A full backlog of a
 * Unix socket is reported as a refusal, too, so that a refusal there says little.
 */
export class ForwardRun implements BackendRun, Timed {
  readonly #options: ForwardRunOptions;
  readonly #request: BackendRequest;
  readonly #receiver: AnswerReceiver;
  readonly #assembly: AnswerAssembly;
  #feed: BodyFeed | undefined;
  #socket: Socket<ForwardRun> | undefined;
  #answering = true;
  #held = false;
  #over = false;
  #retryMs = firstRetryMs;
  #refusal = 'ETIMEDOUT';
  #takeBackRetry: (() => void) | undefined;
  dueMs = Number.POSITIVE_INFINITY;

  constructor(options: ForwardRunOptions, request: BackendRequest, receiver: AnswerReceiver) {
    this.#options = options;
    this.#request = request;
    this.#receiver = receiver;
    this.#assembly = new AnswerAssembly(receiver, request.view.meta('REQUEST_METHOD'), options.maxHeadBytes);
  }

  start(head: Uint8Array): void {
    this.#feed = new BodyFeed(head, this.#request.body, {
      ready: () => this.#write(),
      failed: () => this.#failAndClose('broken-off'),
    });
    const { clock, connectTimeoutMs, sweep } = this.#options;
    this.dueMs = clock.now() + connectTimeoutMs;
    sweep.add(this);
    this.#connect();
  }

  /** The daemon is not to have it. */
  refuse(failure: BackendFailure): void {
    const { body } = this.#request;
    if (body?.kind === 'file') body.release();
    queueMicrotask(() => this.#failAndClose(failure));
  }

  resume(): void {
    if (!this.#held || this.#over) return;
    this.#held = false;
    this.#progress();
    this.#socket?.resume();
  }

  abandon(): void {
    if (this.#over) return;
    this.#silence();
    this.#close();
  }

  overdue(): void {
    if (this.#socket !== undefined) this.#failAndClose('timeout');
    else this.#unreachable();
  }

  #connect(): void {
    this.#takeBackRetry = undefined;
    const { address } = this.#options;
    const connected =
      address.kind === 'unix'
        ? Bun.connect({ unix: address.path, data: this, socket: handlers })
        : Bun.connect({ hostname: address.host, port: address.port, data: this, socket: handlers });
    // The promise alone tells of a refusal, after `run` has returned; `connectError` would come before.
    connected.catch((error: unknown) => this.#refused(error));
  }

  #refused(error: unknown): void {
    if (this.#over) return;
    this.#refusal = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const again = this.#options.address.kind === 'unix' && hasCode(error, 'ECONNREFUSED');
    const { clock } = this.#options;
    if (!again || clock.now() + this.#retryMs >= this.dueMs) return this.#unreachable();
    this.#takeBackRetry = clock.after(this.#retryMs, () => this.#connect());
    this.#retryMs = Math.min(lastRetryMs, 2 * this.#retryMs);
  }

  #unreachable(): void {
    this.#options.onUnreachable(this.#request.id, this.#refusal);
    this.#failAndClose('unreachable');
  }

  opened(socket: Socket<ForwardRun>): void {
    if (this.#over) {
      socket.terminate();
      return;
    }
    this.#socket = socket;
    this.#options.onReached();
    this.#progress();
    this.#write();
  }

  received(chunk: Uint8Array): void {
    if (!this.#answering) return;
    const step = this.#assembly.take(chunk);
    if (!this.#answering) return;
    if (step === 'more') this.#progress();
    else if (step === 'hold') {
      this.#held = true;
      this.dueMs = Number.POSITIVE_INFINITY;
      this.#socket?.pause();
    } else if (step === 'whole') {
      this.#end();
      this.#close();
    } else this.#failAndClose(step);
  }

  drained(): void {
    if (!this.#answering) return;
    if (!this.#held) this.#progress();
    this.#write();
  }

  /** By either side. `reset`: the connection was not closed in order. */
  closed(reset: boolean): void {
    this.#socket = undefined;
    if (this.#answering) this.#answerEnded(reset);
    this.#release();
  }

  /** An error of the socket is followed by its close; anything else was thrown by the receiver. */
  troubled(error: unknown): void {
    if (error instanceof Error && 'syscall' in error) return;
    const message = `expected the answer to be taken; found ${String(error)}`;
    this.#options.onFault(this.#request.id, new Fault('forward/defect', message, undefined, error));
    try {
      this.#failAndClose('broken-off');
    } catch {
      // It threw again.
      this.#close();
    }
  }

  /** A daemon which leaves a part of the body unread resets a Unix socket at its close: that says nothing of the answer. */
  #answerEnded(reset: boolean): void {
    const finish = this.#assembly.finish();
    if (finish === 'no-head') this.#fail('silent');
    else if (finish !== 'whole') this.#fail(finish);
    else if (reset && this.#options.address.kind === 'tcp' && !this.#assembly.framed)
      this.#fail('broken-off');
    else this.#end();
  }

  #write(): void {
    const socket = this.#socket;
    if (socket !== undefined) this.#feed?.feed((bytes, from, length) => socket.write(bytes, from, length));
  }

  #progress(): void {
    this.dueMs = this.#options.clock.now() + this.#options.timeoutMs;
  }

  /** False where the receiver hears nothing any more. */
  #silence(): boolean {
    if (!this.#answering) return false;
    this.#answering = false;
    this.#assembly.stop();
    return true;
  }

  #end(): void {
    if (this.#silence()) this.#receiver.end();
  }

  #fail(failure: BackendFailure): void {
    if (this.#silence()) this.#receiver.failed(failure);
  }

  #failAndClose(failure: BackendFailure): void {
    this.#fail(failure);
    this.#close();
  }

  #close(): void {
    const socket = this.#socket;
    if (socket === undefined) return this.#release();
    this.#feed?.giveUp();
    socket.terminate();
  }

  #release(): void {
    if (this.#over) return;
    this.#over = true;
    this.#takeBackRetry?.();
    this.#feed?.giveUp();
    this.#options.sweep.remove(this);
    this.#receiver.released();
  }
}

/** One object for all connections: the runtime looks its functions up once for each object. */
const handlers: SocketHandler<ForwardRun> = {
  open: (socket) => socket.data.opened(socket),
  data: (socket, chunk) => socket.data.received(chunk),
  drain: (socket) => socket.data.drained(),
  close: (socket, error) => socket.data.closed(error !== undefined && error !== null),
  error: (socket, error) => socket.data.troubled(error),
  // Otherwise the runtime would call `error`.
  connectError: () => {},
};
