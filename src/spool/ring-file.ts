import { close, read, write } from 'node:fs';
import { openUnnamedFile } from './unnamed-file.ts';

/** What is read of the file at a time, bytes: every slow visitor has one such piece in memory. */
const pieceBytes = 64 * 1024;

/**
 * First in, first out in a file without a name that never grows over its capacity: what has been read makes room. One `append` and
 * one `read` at a time, which may run side by side; neither calls back after `close`.
 */
export class RingFile {
  readonly #folder: string;
  readonly #capacity: number;
  #descriptor: number | undefined;
  /** Bytes written and read since the file was last empty. Modulo the capacity: where the next ones stand. */
  #written = 0;
  #read = 0;
  #underWay = 0;
  #closed = false;

  /** The file is made in `folder` at the first byte. */
  constructor(folder: string, capacity: number) {
    this.#folder = folder;
    this.#capacity = capacity;
  }

  /** Bytes that have been written and not been read. */
  get bytes(): number {
    return this.#written - this.#read;
  }

  get room(): number {
    return this.#capacity - this.bytes;
  }

  /**
   * Writes as many of the bytes as fit, one at least; there must be room. `onWritten` hears how many were; 0 where the file cannot
   * take them: no space, no inode, no descriptor. They must stay unchanged until then.
   */
  append(bytes: Uint8Array, onWritten: (count: number) => void): void {
    this.#underWay += 1;
    if (this.#descriptor !== undefined) return this.#write(this.#descriptor, bytes, onWritten);
    openUnnamedFile(this.#folder, (opened) => {
      if (typeof opened === 'number') {
        this.#descriptor = opened;
        if (!this.#closed) return this.#write(opened, bytes, onWritten);
      }
      if (this.#goesOn()) onWritten(0);
    });
  }

  /** Takes a piece out; there must be one. Nothing where the disk fails: then what is in the file is lost. */
  read(onRead: (piece: Uint8Array | undefined) => void): void {
    const descriptor = this.#descriptor;
    if (descriptor === undefined) throw new Error('an empty file was read');
    const at = this.#read % this.#capacity;
    const piece = new Uint8Array(Math.min(pieceBytes, this.bytes, this.#capacity - at));
    this.#underWay += 1;
    read(descriptor, piece, 0, piece.length, at, (error, count) => {
      if (!this.#goesOn()) return;
      if (error !== null || count === 0) return onRead(undefined);
      this.#read += count;
      // Nothing is under way at the other end if this was all: the file can be used from its start again.
      if (this.bytes === 0 && this.#underWay === 0) {
        this.#read = 0;
        this.#written = 0;
      }
      onRead(count < piece.length ? piece.subarray(0, count) : piece);
    });
  }

  /** Gives up the file and all that is in it, at once or when what is under way is over. */
  close(): void {
    this.#closed = true;
    if (this.#underWay > 0 || this.#descriptor === undefined) return;
    // The last close of a large file frees its blocks, which takes the time of a disk.
    close(this.#descriptor, () => {});
    this.#descriptor = undefined;
  }

  #write(descriptor: number, bytes: Uint8Array, onWritten: (count: number) => void): void {
    const at = this.#written % this.#capacity;
    const length = Math.min(bytes.length, this.room, this.#capacity - at);
    write(descriptor, bytes, 0, length, at, (error, count) => {
      const taken = error === null ? count : 0;
      this.#written += taken;
      if (this.#goesOn()) onWritten(taken);
    });
  }

  /** Called when something that was under way is over. False where nobody wants to hear of it. */
  #goesOn(): boolean {
    this.#underWay -= 1;
    if (this.#closed) this.close();
    return !this.#closed;
  }
}
