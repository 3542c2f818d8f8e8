import type { Socket } from 'bun';
import type { ScgiHead } from '../../src/protocol/scgi/scgi-head.ts';
import { ScgiHeadReader } from '../../src/protocol/scgi/scgi-head-reader.ts';
import type { CgiRequest } from './cgi-message.ts';

const LONGEST_HEAD = 64 * 1024;
/** More than this is not kept: the application refuses it by its length. */
const LONGEST_BODY = 64 * 1024;
/** For how long no connection must have come before a server that ends is sure that its backlog is empty. */
const SETTLE_MS = 50;

interface Conversation {
  readonly reader: ScgiHeadReader;
  head: ScgiHead | undefined;
  /** Bytes of the body that came. */
  received: number;
  readonly body: Uint8Array[];
  /** What is still to be written; nothing before there is an answer. */
  answer: Uint8Array | undefined;
}

/** Serves SCGI on a Unix socket. A request that cannot be read gets no answer: the gateway in front sends none. */
export class ScgiServer {
  readonly #answer: (request: CgiRequest) => Uint8Array;
  readonly #open = new Set<Socket<Conversation>>();
  #accepted = 0;

  constructor(path: string, answer: (request: CgiRequest) => Uint8Array) {
    this.#answer = answer;
    Bun.listen<Conversation>({
      unix: path,
      // A gateway may shut down its sending side when the request is out.
      allowHalfOpen: true,
      socket: {
        open: (socket) => {
          this.#accepted++;
          this.#open.add(socket);
          socket.data = {
            reader: new ScgiHeadReader(LONGEST_HEAD),
            head: undefined,
            received: 0,
            body: [],
            answer: undefined,
          };
        },
        data: (socket, bytes) => this.#received(socket, bytes),
        drain: writeAnswer,
        end: (socket) => {
          if (socket.data.answer === undefined) socket.end();
        },
        close: (socket) => {
          this.#open.delete(socket);
        },
        error: (socket) => {
          socket.terminate();
        },
      },
    });
  }

  /**
   * Resolves when whatever was accepted or stood in the socket's backlog has been served: the process may end. Whoever
   * started the server has removed the socket's name before, so that no more will come. The listener is not stopped: Bun
   * would remove the name, which may be that of the next daemon by now.
   */
  async finish(): Promise<void> {
    for (let before = -1; before !== this.#accepted || this.#open.size > 0; ) {
      before = this.#accepted;
      await Bun.sleep(SETTLE_MS);
    }
  }

  #received(socket: Socket<Conversation>, bytes: Uint8Array): void {
    const conversation = socket.data;
    if (conversation.answer !== undefined) return;
    let rest = bytes;
    if (conversation.head === undefined) {
      const head = conversation.reader.push(bytes);
      if (head === 'more') return;
      if ('kind' in head) {
        socket.terminate();
        return;
      }
      conversation.head = head;
      rest = bytes.subarray(conversation.reader.next);
    }
    const { head } = conversation;
    if (conversation.received < LONGEST_BODY && rest.length > 0) conversation.body.push(rest);
    conversation.received += rest.length;
    if (conversation.received < head.contentLength) return;
    const body = Buffer.concat(conversation.body).subarray(0, head.contentLength);
    try {
      conversation.answer = this.#answer({ meta: (name) => head.meta(name), body });
    } catch (error) {
      // As a CGI program that fails: a word on standard error, and no answer.
      process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
      socket.terminate();
      return;
    }
    writeAnswer(socket);
  }
}

/** Writes what the socket takes; `drain` comes here again for the rest. */
function writeAnswer(socket: Socket<Conversation>): void {
  const { answer } = socket.data;
  if (answer === undefined) return;
  const written = socket.write(answer);
  if (written < 0) return;
  socket.data.answer = answer.subarray(written);
  if (written === answer.length) socket.end();
}
