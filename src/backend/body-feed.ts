import { read } from 'node:fs';
import type { Body } from '../core/body.ts';

/** What is read of a file at a time, bytes. */
const pieceBytes = 256 * 1024;
/** Up to here, copying a body behind its head costs less than a second write. */
const copyBytes = 16 * 1024;

export interface FeedEvents {
  /** The next piece of a file is at hand: `feed` goes on. */
  ready(): void;
  /** The file could not be read, or ended early. */
  failed(): void;
}

/**
 * Gives a head and a body to a socket as fast as it takes them; a file is read piece by piece, without blocking. Releases
 * the body when all is given or when it is given up, but not under a read.
 */
export class BodyFeed {
  readonly #body: Body | undefined;
  readonly #events: FeedEvents;
  /** What is at hand; taken up to `#from`. */
  #piece: Uint8Array;
  #from = 0;
  #room: Uint8Array | undefined;
  /** Bytes of the body that were at hand. */
  #offset = 0;
  #state: 'giving' | 'reading' | 'over' = 'giving';
  #wanted = true;

  constructor(head: Uint8Array, body: Body | undefined, events: FeedEvents) {
    this.#body = body;
    this.#events = events;
    this.#piece = head;
    if (body?.kind !== 'memory' || body.length > copyBytes) return;
    this.#piece = new Uint8Array(head.length + body.length);
    this.#piece.set(head);
    this.#piece.set(body.bytes, head.length);
    this.#offset = body.length;
  }

  get over(): boolean {
    return this.#state === 'over';
  }

  /** Writes until the socket takes no more. `write` says how much was taken; less than 0 is nothing. */
  feed(write: (bytes: Uint8Array, from: number, length: number) => number): void {
    while (this.#state === 'giving') {
      const length = this.#piece.length - this.#from;
      const taken = Math.max(0, write(this.#piece, this.#from, length));
      this.#from += taken;
      if (taken < length) return;
      this.#next();
    }
  }

  giveUp(): void {
    this.#wanted = false;
    if (this.#state !== 'giving') return;
    this.#state = 'over';
    this.#room = undefined;
    if (this.#body?.kind === 'file') this.#body.release();
  }

  #next(): void {
    const body = this.#body;
    if (body === undefined || this.#offset >= body.length) return this.giveUp();
    if (body.kind === 'file') return this.#read(body.descriptor, body.length - this.#offset);
    this.#piece = body.bytes;
    this.#from = 0;
    this.#offset = body.length;
  }

  #read(descriptor: number, left: number): void {
    this.#state = 'reading';
    this.#room ??= new Uint8Array(Math.min(pieceBytes, left));
    const room = this.#room;
    read(descriptor, room, 0, Math.min(room.length, left), this.#offset, (error, count) => {
      this.#state = 'giving';
      if (!this.#wanted) return this.giveUp();
      if (error !== null || count === 0) {
        this.giveUp();
        return this.#events.failed();
      }
      this.#piece = room.subarray(0, count);
      this.#from = 0;
      this.#offset += count;
      this.#events.ready();
    });
  }
}
