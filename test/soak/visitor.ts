import { createHash } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import type { Random } from '../../src/core/random.ts';
import { bytesFor } from './bytes-for.ts';
import { readAnswer } from './read-answer.ts';
import type { SoakTally } from './soak-tally.ts';

/** An answer takes a second or two at most, a slow reader's somewhat more. */
const hungMs = 30_000;
const manners = [
  'plain',
  'plain',
  'plain',
  'pipelined',
  'leaver',
  'leaver',
  'slow reader',
  'slow sender',
] as const;
type Manner = (typeof manners)[number];

interface Request {
  readonly id: string;
  readonly bytes: Buffer;
  /** What a whole answer of the application has in it. */
  readonly expected: Buffer;
}

/** Comes to the gateway again and again, behaves well or badly, and looks closely at what it gets. */
export class Visitor {
  readonly #port: number;
  readonly #random: Random;
  readonly #tally: SoakTally;
  readonly #name: string;
  #visits = 0;

  constructor(port: number, name: string, random: Random, tally: SoakTally) {
    this.#port = port;
    this.#name = name;
    this.#random = random;
    this.#tally = tally;
  }

  /** One connection. */
  async visit(): Promise<void> {
    const manner = this.#pick(manners);
    const requests = Array.from({ length: manner === 'pipelined' ? 3 : 1 }, (_, index) =>
      this.#request(manner, index === (manner === 'pipelined' ? 2 : 0)),
    );
    this.#tally.sent += requests.length;
    const { bytes, over } = await this.#converse(Buffer.concat(requests.map((one) => one.bytes)), manner);
    if (manner === 'leaver') {
      this.#tally.left++;
      return;
    }
    let at = 0;
    for (const request of requests) {
      if (over === 'hung')
        return this.#tally.breach(
          `${request.id} (${manner}): no end after ${hungMs} ms, ${bytes.length} bytes came`,
        );
      const answer = readAnswer(bytes, at);
      if (answer === undefined) {
        this.#tally.cut++;
        return;
      }
      at = answer.next;
      this.#tally.count(answer.status);
      if (answer.status === 200) {
        this.#tally.answered.add(request.id);
        if (!answer.body.equals(request.expected))
          this.#tally.breach(
            `${request.id} (${manner}): a whole answer of ${answer.body.length} bytes that is not the right one of ${request.expected.length}`,
          );
      } else if (![502, 503].includes(answer.status)) {
        this.#tally.breach(`${request.id} (${manner}): status ${answer.status}`);
      }
    }
    if (at < bytes.length)
      this.#tally.breach(
        `${this.#name}-${this.#visits} (${manner}): ${bytes.length - at} bytes behind the answers`,
      );
  }

  #request(manner: Manner, last: boolean): Request {
    const id = `${this.#name}-${++this.#visits}`;
    const application = this.#pick(['exec', 'forward', 'forward', 'both']);
    const close = last ? 'Connection: close\r\n' : '';
    const pace = this.#random() < 0.2 ? this.#below(60) : 0;
    const start = `/${application}/x?id=${id}&pace=${pace}`;
    if (manner !== 'slow reader' && (manner === 'slow sender' || this.#random() < 0.4)) {
      const body = Buffer.from(
        bytesFor(`body ${id}`, this.#below(this.#random() < 0.1 ? 2_000_000 : 150_000)),
      );
      const digest = createHash('sha256').update(body).digest('hex');
      const chunked = this.#random() < 0.5;
      const framing = chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${body.length}`;
      const head = `POST ${start} HTTP/1.1\r\nHost: h\r\n${close}${framing}\r\n\r\n`;
      const framed = chunked ? this.#chunks(body) : body;
      return {
        id,
        bytes: Buffer.concat([Buffer.from(head), framed]),
        expected: Buffer.from(`${body.length} ${digest}`),
      };
    }
    const size = this.#below(
      manner === 'slow reader' ? 4_000_000 : this.#random() < 0.1 ? 1_000_000 : 20_000,
    );
    // The end of a connection is all that a daemon without Content-Length has to say that it is done, dead or alive.
    const length = application === 'exec' && this.#random() < 0.5 ? '&length=no' : '';
    return {
      id,
      bytes: Buffer.from(`GET ${start}&size=${size}${length} HTTP/1.1\r\nHost: h\r\n${close}\r\n`),
      expected: Buffer.from(bytesFor(id, size)),
    };
  }

  #chunks(body: Buffer): Buffer {
    const parts: Buffer[] = [];
    for (let at = 0; at < body.length; ) {
      const part = body.subarray(at, at + 1 + this.#below(40_000));
      parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n'));
      at += part.length;
    }
    parts.push(Buffer.from('0\r\n\r\n'));
    return Buffer.concat(parts);
  }

  #converse(bytes: Buffer, manner: Manner): Promise<{ bytes: Buffer; over: 'ended' | 'hung' }> {
    const socket = connect({ host: '127.0.0.1', port: this.#port, allowHalfOpen: true });
    const received: Buffer[] = [];
    return new Promise((resolve) => {
      const finish = (over: 'ended' | 'hung') => {
        clearTimeout(late);
        socket.destroy();
        resolve({ bytes: Buffer.concat(received), over });
      };
      const late = setTimeout(() => finish('hung'), hungMs);
      socket.on('data', (chunk: Buffer) => {
        received.push(chunk);
        if (manner !== 'slow reader') return;
        socket.pause();
        setTimeout(() => socket.resume(), this.#below(40));
      });
      socket.on('end', () => finish('ended'));
      socket.on('error', () => finish('ended'));
      socket.on('close', () => finish('ended'));
      socket.on('connect', () => {
        void this.#send(socket, bytes, manner);
        if (manner === 'leaver')
          setTimeout(() => finish('ended'), this.#below(this.#random() < 0.5 ? 10 : 200));
      });
    });
  }

  async #send(socket: Socket, bytes: Buffer, manner: Manner): Promise<void> {
    if (manner === 'slow sender') {
      for (let at = 0; at < bytes.length && !socket.destroyed; ) {
        const part = bytes.subarray(at, at + 1 + this.#below(Math.ceil(bytes.length / 8)));
        socket.write(part);
        at += part.length;
        await Bun.sleep(this.#below(60));
      }
    } else {
      const cut = manner === 'leaver' && this.#random() < 0.5 ? this.#below(bytes.length) : bytes.length;
      socket.write(bytes.subarray(0, cut));
    }
  }

  #below(bound: number): number {
    return Math.floor(this.#random() * bound);
  }

  #pick<T>(choices: readonly T[]): T {
    return choices[this.#below(choices.length)] as T;
  }
}
