import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** Speaks bytes, not HTTP: what a test sends and sees is what is on the wire. Byte strings (latin-1). */
export class RawHttpClient {
  readonly #socket: Socket;
  #received = '';
  #waiting: (() => void)[] = [];
  /** The peer has sent FIN. */
  ended = false;
  /** The peer has reset the connection. */
  reset = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#received += chunk.toString('latin1');
      this.#wake();
    });
    socket.on('end', () => {
      this.ended = true;
      this.#wake();
    });
    socket.on('error', () => {
      this.reset = true;
      this.#wake();
    });
    socket.on('close', () => this.#wake());
  }

  static async connect(port: number, over: 'tcp' | 'tls' = 'tcp'): Promise<RawHttpClient> {
    return await RawHttpClient.#connect({ host: '127.0.0.1', port }, over);
  }

  static async connectUnix(path: string): Promise<RawHttpClient> {
    return await RawHttpClient.#connect({ path }, 'tcp');
  }

  static async #connect(
    where: { path: string } | { host: string; port: number },
    over: 'tcp' | 'tls',
  ): Promise<RawHttpClient> {
    const options = { ...where, allowHalfOpen: true };
    // A name that no certificate need have: these tests are about bytes.
    const socket = over === 'tcp' ? connect(options) : connectTls({ ...options, rejectUnauthorized: false });
    await new Promise<void>((resolve, reject) => {
      socket.once(over === 'tcp' ? 'connect' : 'secureConnect', resolve);
      socket.once('error', reject);
    });
    return new RawHttpClient(socket);
  }

  get received(): string {
    return this.#received;
  }

  send(bytes: string | Uint8Array): void {
    this.#socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  }

  /** Sends FIN and goes on reading. */
  finish(): void {
    this.#socket.end();
  }

  /** Reads nothing until `resume`: a slow visitor. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Leaves without a word. */
  leave(): void {
    this.#socket.destroy();
  }

  /** Resolves with all that came so far, as soon as it satisfies the condition; fails after the deadline, saying what came. */
  async until(
    condition: (received: string, client: RawHttpClient) => boolean,
    deadlineMs = 5000,
  ): Promise<string> {
    const deadline = Date.now() + deadlineMs;
    while (!condition(this.#received, this)) {
      const left = deadline - Date.now();
      if (left <= 0)
        throw new Error(
          `not in ${deadlineMs} ms; received: ${JSON.stringify(this.#received.slice(0, 2000))}`,
        );
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
    return this.#received;
  }

  /** Resolves when the peer has ended or reset the connection. */
  untilOver(deadlineMs = 5000): Promise<string> {
    return this.until((_, client) => client.ended || client.reset || client.#socket.destroyed, deadlineMs);
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}
