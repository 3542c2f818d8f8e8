import { close, write } from 'node:fs';
import type { Body } from '../core/body.ts';
import { openUnnamedFile } from './unnamed-file.ts';

/**
 * A file without a name that takes a body piece by piece, one write at a time. Writes say where, so that the
 * descriptor still stands at offset 0 for the reader.
 */
export class BodyFile {
  readonly #folder: string;
  #descriptor: number | undefined;
  #length = 0;
  #writing = false;
  #givenUp = false;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** `onWritten` hears false where the file cannot take it: no space, no inode, no descriptor. Bytes must stay unchanged until then. */
  append(bytes: Uint8Array, onWritten: (written: boolean) => void): void {
    this.#writing = true;
    if (this.#descriptor !== undefined) return this.#write(this.#descriptor, bytes, onWritten);
    openUnnamedFile(this.#folder, (opened) => {
      if (typeof opened !== 'number') return this.#written(false, onWritten);
      this.#descriptor = opened;
      this.#write(opened, bytes, onWritten);
    });
  }

  /** The finished file, which belongs to the caller from now on. */
  finish(): Body {
    const descriptor = this.#descriptor;
    if (descriptor === undefined) throw new Error('a body file was finished before its first byte');
    this.#descriptor = undefined;
    let held = true;
    const release = (): void => {
      if (!held) return;
      held = false;
      closeInBackground(descriptor);
    };
    return { kind: 'file', descriptor, length: this.#length, release };
  }

  /** Gives the file up, at once or when the write under way is over. */
  giveUp(): void {
    this.#givenUp = true;
    if (this.#writing || this.#descriptor === undefined) return;
    closeInBackground(this.#descriptor);
    this.#descriptor = undefined;
  }

  #write(descriptor: number, bytes: Uint8Array, onWritten: (written: boolean) => void): void {
    if (this.#givenUp) return this.#written(false, onWritten);
    write(descriptor, bytes, 0, bytes.length, this.#length, (error, count) => {
      if (error !== null || count === 0) return this.#written(false, onWritten);
      this.#length += count;
      // A disk that is nearly full takes a part, and refuses the next write.
      if (count < bytes.length) return this.#write(descriptor, bytes.subarray(count), onWritten);
      this.#written(true, onWritten);
    });
  }

  #written(written: boolean, onWritten: (written: boolean) => void): void {
    this.#writing = false;
    if (this.#givenUp) this.giveUp();
    else onWritten(written);
  }
}

/** The last close of a large file frees its blocks, which takes the time of a disk. */
function closeInBackground(descriptor: number): void {
  close(descriptor, () => {});
}
