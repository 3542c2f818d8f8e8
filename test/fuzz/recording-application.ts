import type { Socket } from 'bun';

export interface Arrival {
  readonly method: string;
  /** REQUEST_URI. */
  readonly target: string;
  /** A byte string. */
  readonly body: string;
}

/** An SCGI application that notes what arrives, and answers `ok`. */
export class RecordingApplication {
  readonly arrivals: Arrival[] = [];
  readonly #server: { stop(closeActive?: boolean): void };

  constructor(path: string) {
    this.#server = Bun.listen<{ bytes: Buffer }>({
      unix: path,
      socket: {
        open(socket) {
          socket.data = { bytes: Buffer.alloc(0) };
        },
        data: (socket, chunk) => this.#received(socket, chunk),
        error() {},
      },
    });
  }

  stop(): void {
    this.#server.stop(true);
  }

  #received(socket: Socket<{ bytes: Buffer }>, chunk: Buffer): void {
    const bytes = Buffer.concat([socket.data.bytes, chunk]);
    socket.data.bytes = bytes;
    const colon = bytes.indexOf(':');
    const end = colon + 1 + Number(bytes.toString('latin1', 0, Math.max(0, colon)));
    if (colon < 0 || bytes.length <= end) return;
    const words = bytes.toString('latin1', colon + 1, end).split('\0');
    if (bytes.length < end + 1 + Number(words[1])) return;
    const value = (name: string): string => {
      const at = words.findIndex((word, index) => index % 2 === 0 && word === name);
      return at < 0 ? '' : (words[at + 1] ?? '');
    };
    this.arrivals.push({
      method: value('REQUEST_METHOD'),
      target: value('REQUEST_URI'),
      body: bytes.toString('latin1', end + 1),
    });
    socket.write('Content-Type: text/plain\r\nContent-Length: 2\r\n\r\nok');
    socket.end();
  }
}
