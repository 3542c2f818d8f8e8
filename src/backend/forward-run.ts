import type { Socket, SocketHandler } from 'bun';
import type { Address } from '../config/configuration.ts';
import type { AnswerReceiver, BackendFailure, BackendRequest, BackendRun } from '../core/backend.ts';
import { NO_PLACE } from '../core/dense-set.ts';
import { Fault } from '../core/fault.ts';
import { hasCode } from '../system/has-code.ts';
import type { AddressLease } from './address-pool.ts';
import { AnswerAssembly } from './answer-assembly.ts';
import { BodyFeed } from './body-feed.ts';
import type { ForwardRunOptions } from './forward-options.ts';
import type { Timed } from './time-sweep.ts';

const firstRetryMs = 1;
const lastRetryMs = 50;
const noAddresses: readonly Address[] = [];

/** One attempt to connect. */
interface Link {
  /** Nothing where the run went on to another address. */
  run: ForwardRun | undefined;
  readonly address: Address;
}

/**
 * One request that a daemon answers.
 *
 *     connecting ──────────────────────────► connected ─────────────────────────────────► over
 *       │   ▲ │                                 │                                          ▲
 *       │   └─┘ refused: the next address;      ├─ Content-Length reached: end ────────────┤
 *       │       Unix sockets again after a while├─ closed by the daemon: end, silent, ─────┤
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
  #socket: Socket<Link> | undefined;
  /** Held from before the connection is tried until the run is over or goes to another address. */
  #lease: AddressLease | undefined;
  #link: Link | undefined;
  /** In this round. */
  #tried: readonly Address[] = noAddresses;
  /** A Unix socket was among those that refused. */
  #mayRetry = false;
  #held = false;
  #over = false;
  #retryMs = firstRetryMs;
  #refusal = 'ETIMEDOUT';
  #takeBackRetry: (() => void) | undefined;
  dueMs = Number.POSITIVE_INFINITY;
  place = NO_PLACE;

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
    this.#assembly.stop();
    this.#close();
  }

  overdue(): void {
    if (this.#socket !== undefined) return this.#failAndClose('timeout');
    if (this.#lease === undefined) return this.#unreachable();
    this.#mayRetry = false;
    this.#dismiss(this.#lease);
    this.dueMs = this.#options.clock.now() + this.#options.connectTimeoutMs;
    this.#connect();
  }

  #connect(): void {
    this.#takeBackRetry = undefined;
    const lease = this.#options.address.take(this.#tried);
    if (lease === undefined) return this.#connectLater();
    this.#lease = lease;
    const { address } = lease;
    const data: Link = { run: this, address };
    this.#link = data;
    const connected =
      address.kind === 'unix'
        ? Bun.connect({ unix: address.path, data, socket: handlers })
        : Bun.connect({ hostname: address.host, port: address.port, data, socket: handlers });
    // The promise alone tells of a refusal, after `run` has returned; `connectError` would come before.
    connected.catch((error: unknown) => data.run?.refused(error, lease));
  }

  refused(error: unknown, lease: AddressLease): void {
    if (this.#over) return;
    this.#refusal = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    this.#mayRetry ||= lease.address.kind === 'unix' && hasCode(error, 'ECONNREFUSED');
    this.#dismiss(lease);
    this.#connect();
  }

  /** Nothing can be had from this address now. */
  #dismiss(lease: AddressLease): void {
    if (this.#link !== undefined) this.#link.run = undefined;
    this.#lease = undefined;
    this.#tried = [...this.#tried, lease.address];
    lease.unreachable();
    lease.release();
  }

  /** Every address has been tried. */
  #connectLater(): void {
    const { clock } = this.#options;
    if (!this.#mayRetry || clock.now() + this.#retryMs >= this.dueMs) return this.#defer();
    this.#tried = noAddresses;
    this.#takeBackRetry = clock.after(this.#retryMs, () => this.#connect());
    this.#retryMs = Math.min(lastRetryMs, 2 * this.#retryMs);
  }

  /** The receiver is never called before `run` has returned. */
  #defer(): void {
    queueMicrotask(() => {
      if (!this.#over) this.#unreachable();
    });
  }

  #unreachable(): void {
    this.#options.onUnreachable(this.#request.id, this.#refusal);
    this.#failAndClose('unreachable');
  }

  opened(socket: Socket<Link>): void {
    if (this.#over) {
      socket.terminate();
      return;
    }
    this.#socket = socket;
    this.#lease?.reached();
    this.#options.onReached();
    this.#progress();
    this.#write();
  }

  received(chunk: Uint8Array): void {
    if (!this.#assembly.answering) return;
    const step = this.#assembly.take(chunk);
    if (!this.#assembly.answering) return;
    if (step === 'more') this.#progress();
    else if (step === 'hold') {
      this.#held = true;
      this.dueMs = Number.POSITIVE_INFINITY;
      this.#socket?.pause();
    } else if (step === 'whole') {
      this.#assembly.end();
      this.#close();
    } else this.#failAndClose(step);
  }

  drained(): void {
    if (!this.#assembly.answering) return;
    if (!this.#held) this.#progress();
    this.#write();
  }

  /** By either side. `reset`: the connection was not closed in order. */
  closed(reset: boolean): void {
    this.#socket = undefined;
    if (this.#assembly.answering) this.#answerEnded(reset);
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
    if (finish === 'no-head') this.#assembly.fail('silent');
    else if (finish !== 'whole') this.#assembly.fail(finish);
    else if (reset && this.#link?.address.kind === 'tcp' && !this.#assembly.framed)
      this.#assembly.fail('broken-off');
    else this.#assembly.end();
  }

  #write(): void {
    const socket = this.#socket;
    if (socket !== undefined) this.#feed?.feed((bytes, from, length) => socket.write(bytes, from, length));
  }

  #progress(): void {
    this.dueMs = this.#options.clock.now() + this.#options.timeoutMs;
  }

  #failAndClose(failure: BackendFailure): void {
    this.#assembly.fail(failure);
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
    this.#lease?.release();
    this.#lease = undefined;
    this.#feed?.giveUp();
    this.#options.sweep.remove(this);
    this.#receiver.released();
  }
}

/** One object for all connections: the runtime looks its functions up once for each object. */
const handlers: SocketHandler<Link> = {
  open(socket) {
    const { run } = socket.data;
    if (run === undefined) socket.terminate();
    else run.opened(socket);
  },
  data: (socket, chunk) => socket.data.run?.received(chunk),
  drain: (socket) => socket.data.run?.drained(),
  close: (socket, error) => socket.data.run?.closed(error !== undefined && error !== null),
  error: (socket, error) => socket.data.run?.troubled(error),
  // Otherwise the runtime would call `error`.
  connectError: () => {},
};
