import type { Address } from '../config/configuration.ts';
import { Fault } from '../core/fault.ts';
import type { View } from '../core/view.ts';
import { encodeScgiHead } from '../protocol/scgi/encode-scgi-head.ts';
import { ScgiScratch } from '../protocol/scgi/scgi-scratch.ts';
import { scanAnswerHead } from './answer-head-scan.ts';
import { connectSocket } from './connect-socket.ts';
import { socketAddresses } from './socket-address.ts';
import { errorNumber, type SystemCalls, systemCalls } from './system/system-calls.ts';

export interface ConverseOptions {
  readonly address: Address;
  /** For each of the address's hosts that is tried. */
  readonly connectTimeoutMs: number;
  /** Until the first byte of the answer, and between any two; what the web server holds up is not counted. */
  readonly timeoutMs: number;
  /** The variables of the request, as byte strings; its CONTENT_LENGTH says how much of standard input is read. */
  readonly view: View;
  /** Of the answer. */
  readonly maxHeadBytes: number;
  /** There is an answer, of which nothing was passed on yet: a web server may end this process as soon as it has the whole. */
  readonly begun?: () => void;
}

/**
 * `unreachable`: no byte was sent, nothing was read: anything may be tried. `silent`: nothing came back that could be passed on, and nothing was
 * written: the overload page is right, another try is not. `cut`: the answer, the body or the web server broke off: there is nothing to add.
 */
export type Conversed = 'answered' | 'unreachable' | 'silent' | 'cut';

const STDIN = 0;
const STDOUT = 1;
const ROOM = 65_536;
/** Nobody waits longer for more of a body that nobody wants. */
const REST_PATIENCE_MS = 5000;

const AF_UNIX = 1;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const F_GETFL = 3;
const F_SETFL = 4;
const O_NONBLOCK = 0o4000;
const POLLIN = 1;
const POLLOUT = 4;
const EINTR = 4;
const EAGAIN = 11;

/**
 * One request of a web server, answered by an SCGI daemon: standard input goes to it, its answer to standard output, both at once. The
 * input ends at CONTENT_LENGTH, whatever the web server does with the descriptor afterwards, and where it ends before that, all
 * ends: a body is never made longer. Nothing of an answer is passed on before its head is whole.
 *
 *   connecting ──refused, late──► unreachable
 *       │ head sent
 *       ▼
 *   asking ──ended, late, no head──► silent
 *       │ head of the answer whole
 *       ▼
 *   answering ──ended, Content-Length reached──► answered
 *       └── late, reset, short of its Content-Length ──► cut ◄── from anywhere: input short, reader gone
 *
 * Memory: two buffers, whatever passes through. The process does nothing else meanwhile: the event loop stands still.
 */
export async function converse(options: ConverseOptions): Promise<Conversed> {
  const { address, view } = options;
  const text = view.meta('CONTENT_LENGTH') ?? '';
  if (!/^[0-9]{0,15}$/.test(text)) throw bad(`digits in CONTENT_LENGTH, found ${JSON.stringify(text)}`);
  const contentLength = Number(text);
  const head = encodeScgiHead(view, contentLength, new ScgiScratch());
  if ('kind' in head) throw bad(head.message);
  let targets: Uint8Array[];
  try {
    targets = await socketAddresses(address);
  } catch {
    return 'unreachable';
  }
  const calls = systemCalls();
  for (const target of targets) {
    const socket = connectSocket(target, options.connectTimeoutMs);
    if (typeof socket === 'string') continue;
    const sent = calls.send(socket, head, head.length, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) {
      const flags = calls.fcntl(STDOUT, F_GETFL, 0);
      calls.fcntl(STDOUT, F_SETFL, flags | O_NONBLOCK);
      const conversation = new Conversation(calls, socket, target, options, contentLength);
      const conversed = conversation.pump(head.subarray(sent));
      calls.fcntl(STDOUT, F_SETFL, flags);
      calls.close(socket);
      if (conversed === 'answered') conversation.takeRest();
      return conversed;
    }
    calls.close(socket);
  }
  return 'unreachable';
}

function bad(expected: string): Fault {
  return new Fault('frontend/bad-request', `expected ${expected}`);
}

class Conversation {
  readonly #calls: SystemCalls;
  readonly #socket: number;
  readonly #isUnix: boolean;
  readonly #timeoutMs: number;
  readonly #isHead: boolean;
  readonly #begun: (() => void) | undefined;
  /** On its way to the daemon. */
  #up: Uint8Array = new Uint8Array();
  readonly #upRoom: Uint8Array;
  /** Of the body, still in standard input. */
  #unread: number;
  /** The daemon takes no more, as it may. */
  #deaf = false;
  /** Of the answer: `#held` bytes, `#sent` of them passed on. */
  readonly #down: Uint8Array;
  #held = 0;
  #sent = 0;
  #headWhole = false;
  #left = Number.POSITIVE_INFINITY;
  #over = false;

  constructor(
    calls: SystemCalls,
    socket: number,
    target: Uint8Array,
    options: ConverseOptions,
    contentLength: number,
  ) {
    this.#calls = calls;
    this.#socket = socket;
    this.#isUnix = target[0] === AF_UNIX;
    this.#timeoutMs = Math.ceil(options.timeoutMs);
    this.#isHead = options.view.meta('REQUEST_METHOD') === 'HEAD';
    this.#begun = options.begun;
    this.#unread = contentLength;
    this.#upRoom = new Uint8Array(Math.min(ROOM, contentLength));
    this.#down = new Uint8Array(Math.max(ROOM, options.maxHeadBytes));
  }

  pump(head: Uint8Array): Conversed {
    this.#up = head;
    // Three of struct pollfd: the descriptor, 32 bits, what is wanted and what is there, 16 bits each.
    const polled = new Int32Array(6);
    const events = new Int16Array(polled.buffer);
    while (!this.#over || this.#sent < this.#held) {
      const give = this.#headWhole && this.#sent < this.#held;
      const feed = !this.#over && !this.#deaf && this.#up.length > 0;
      const ask = !this.#over && !this.#deaf && this.#up.length === 0 && this.#unread > 0;
      const want = (this.#over || give ? 0 : POLLIN) | (feed ? POLLOUT : 0);
      polled[0] = want === 0 ? -1 : this.#socket;
      polled[1] = want;
      polled[2] = ask ? STDIN : -1;
      polled[3] = POLLIN;
      polled[4] = STDOUT;
      polled[5] = give ? POLLOUT : 0;
      const ready = this.#calls.poll(polled, 3, give || ask ? -1 : this.#timeoutMs);
      if (ready < 0 && errorNumber() === EINTR) continue;
      if (ready <= 0) return this.#headWhole ? 'cut' : 'silent';
      const [daemon = 0, input = 0, output = 0] = [events[3], events[7], events[11]];
      if ((output & ~POLLOUT) !== 0 || (output !== 0 && !this.#give())) return 'cut';
      if ((want & POLLIN) !== 0 && (daemon & ~POLLOUT) !== 0) {
        const end = this.#receive();
        if (end !== undefined) return end;
      }
      if (feed && (daemon & ~POLLIN) !== 0) this.#feed();
      if (input !== 0 && !this.#ask()) return 'cut';
    }
    return 'answered';
  }

  /** The rest of a body that nobody wanted: a web server that finds it left there may reset the visitor's connection, answer and all. */
  takeRest(): void {
    const polled = new Int32Array([STDIN, POLLIN]);
    while (this.#unread > 0 && this.#calls.poll(polled, 1, REST_PATIENCE_MS) > 0 && this.#ask());
  }

  /** False where nobody reads the answer any more. */
  #give(): boolean {
    const rest = this.#down.subarray(this.#sent, this.#held);
    const written = this.#calls.write(STDOUT, rest, rest.length);
    if (written < 0) return errorNumber() === EAGAIN;
    this.#sent += written;
    if (this.#sent === this.#held) {
      this.#sent = 0;
      this.#held = 0;
    }
    return true;
  }

  /** Something where the conversation has come to its end. */
  #receive(): Conversed | undefined {
    const room = this.#down.subarray(this.#held);
    const got = this.#calls.recv(this.#socket, room, room.length, MSG_DONTWAIT);
    if (got < 0) {
      const error = errorNumber();
      if (error === EAGAIN || error === EINTR) return undefined;
    }
    if (got <= 0) return this.#ended(got < 0);
    this.#held += got;
    let body = got;
    if (!this.#headWhole) {
      const scan = scanAnswerHead(this.#down, this.#held, this.#isHead);
      if (scan === 'more') return this.#held < this.#down.length ? undefined : 'silent';
      if (scan === 'broken') return 'silent';
      this.#headWhole = true;
      this.#begun?.();
      this.#left = scan.contentLength ?? this.#left;
      body = this.#held - scan.length;
    }
    this.#held -= Math.max(0, body - this.#left);
    this.#left -= Math.min(body, this.#left);
    this.#over = this.#left === 0;
    return undefined;
  }

  /** A daemon that leaves a part of the body unread resets a Unix socket at its close: that says nothing of the answer. */
  #ended(reset: boolean): Conversed {
    if (!this.#headWhole) return 'silent';
    if (this.#left !== Number.POSITIVE_INFINITY) return 'cut';
    return reset && !this.#isUnix ? 'cut' : 'answered';
  }

  #feed(): void {
    const sent = this.#calls.send(this.#socket, this.#up, this.#up.length, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) this.#up = this.#up.subarray(sent);
    else this.#deaf = errorNumber() !== EAGAIN;
  }

  /** False where standard input ended before the body did. */
  #ask(): boolean {
    const got = this.#calls.read(STDIN, this.#upRoom, Math.min(this.#unread, this.#upRoom.length));
    if (got <= 0) return got < 0 && errorNumber() === EAGAIN;
    this.#up = this.#upRoom.subarray(0, got);
    this.#unread -= got;
    return true;
  }
}
