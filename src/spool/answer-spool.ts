import type { AnswerSink } from '../core/answer.ts';
import { ChunkQueue } from './chunk-queue.ts';
import { RingFile } from './ring-file.ts';

/** What waits in memory to be written to the file before the writer is held back: only a disk slower than the writer fills it. */
const writeAheadBytes = 256 * 1024;

export interface AnswerSpoolLimits {
  /** What may wait in memory, beside what the sink itself holds. */
  readonly memoryBytes: number;
  /** What may wait in a file, when memory is full; 0: nothing. */
  readonly diskBytes: number;
  /** Where files are made. */
  readonly folder: string;
}

export interface AnswerSpoolEvents {
  /** After a `write` that returned `false`: there is room again. */
  room(): void;
}

/**
 * Takes an answer faster than its visitor does, so that whoever makes it can end. First in, first out:
 *
 *     write ──┬──────────────────── nothing waits ─────────────────────┬──► sink
 *             ├──────────── memory not full ─────────────► front ──────┤
 *             └─ else ► back ── written ► file ── read when the front is empty
 *
 * Bytes are in the front before those in the file, and there before those in the back. Once memory is full, what waits there goes to
 * the file as well: a visitor who takes long over a large answer costs no memory for as long. The writer is held back only as long as
 * the disk takes, and when the file is full as well, or cannot be written: an answer never fails because a disk is full. `end`
 * reaches the sink behind the last byte.
 */
export class AnswerSpool {
  readonly #sink: AnswerSink;
  readonly #limits: AnswerSpoolLimits;
  readonly #events: AnswerSpoolEvents;
  #front = new ChunkQueue();
  #back = new ChunkQueue();
  #file: RingFile | undefined;
  #diskFailed = false;
  #writing = false;
  #reading = false;
  /** The sink has refused a write and not drained since. */
  #held = true;
  /** The writer was told to hold back. */
  #full = false;
  #ended = false;
  #over = false;

  /** To be made when the sink has refused a write: until then a spool has nothing to do, and costs nothing. */
  constructor(sink: AnswerSink, limits: AnswerSpoolLimits, events: AnswerSpoolEvents) {
    this.#sink = sink;
    this.#limits = limits;
    this.#events = events;
    this.#full = !this.#hasRoom(1);
  }

  /** The writer has to hold back until there is `room`. */
  get full(): boolean {
    return this.#full;
  }

  /** Takes the bytes, which must stay unchanged. `false`: hold back until there is `room`. */
  write(chunk: Uint8Array): boolean {
    if (this.#over) return true;
    if (!this.#held && this.#isEmpty()) this.#held = !this.#sink.write(chunk);
    else if (this.#isStraight() && this.#front.bytes + chunk.length <= this.#limits.memoryBytes)
      this.#front.push(chunk);
    else {
      if (this.#diskUsable && this.#isStraight()) [this.#front, this.#back] = [this.#back, this.#front];
      this.#back.push(chunk);
      this.#writeBack();
    }
    this.#full = !this.#hasRoom(1);
    return !this.#full;
  }

  end(): void {
    this.#ended = true;
    this.#pump();
  }

  /** The sink takes bytes again. */
  drained(): void {
    this.#held = false;
    this.#pump();
  }

  /** Nobody wants what still waits. The sink hears nothing more. */
  discard(): void {
    this.#over = true;
    this.#front.clear();
    this.#back.clear();
    this.#file?.close();
    this.#file = undefined;
  }

  /** Nothing waits, neither here nor on its way to or from the file. */
  #isEmpty(): boolean {
    return this.#front.bytes === 0 && this.#isStraight();
  }

  /** What comes may stand behind the front. */
  #isStraight(): boolean {
    return this.#back.bytes === 0 && (this.#file?.bytes ?? 0) === 0 && !this.#reading;
  }

  get #diskUsable(): boolean {
    return this.#limits.diskBytes > 0 && !this.#diskFailed;
  }

  /** `share`: of the bounds, how much may be in use. */
  #hasRoom(share: number): boolean {
    if (this.#diskUsable) {
      const fileIsFull = this.#file?.room === 0;
      const bound = fileIsFull ? Math.max(this.#limits.memoryBytes, writeAheadBytes) : writeAheadBytes;
      return this.#back.bytes < bound * share;
    }
    const waiting = this.#front.bytes + this.#back.bytes;
    return waiting === 0 && !this.#held ? true : waiting < this.#limits.memoryBytes * share;
  }

  /** Gives the sink what it takes, in order. */
  #pump(): void {
    while (!this.#held && !this.#over) {
      const piece = this.#front.first;
      if (piece !== undefined) {
        this.#front.drop(piece.length);
        this.#held = !this.#sink.write(piece);
      } else if (this.#reading) break;
      else if (this.#file !== undefined && this.#file.bytes > 0) this.#readOn(this.#file);
      // What is on its way to the file comes back from there.
      else if (this.#writing || this.#back.bytes === 0) break;
      else [this.#front, this.#back] = [this.#back, this.#front];
    }
    if (this.#over) return;
    if (this.#ended && this.#isEmpty()) {
      this.discard();
      this.#sink.end();
    } else this.#tellRoom();
  }

  /** At half of the bounds, so that the writer does not stop and go with every piece. */
  #tellRoom(): void {
    if (!this.#full || this.#ended || !this.#hasRoom(0.5)) return;
    this.#full = false;
    this.#events.room();
  }

  #readOn(file: RingFile): void {
    this.#reading = true;
    file.read((piece) => {
      this.#reading = false;
      if (piece === undefined) {
        this.discard();
        return this.#sink.cut();
      }
      this.#front.push(piece);
      // What was read has made room in the file.
      this.#writeBack();
      this.#pump();
    });
  }

  #writeBack(): void {
    const first = this.#back.first;
    if (first === undefined || this.#writing || !this.#diskUsable) return;
    this.#file ??= new RingFile(this.#limits.folder, this.#limits.diskBytes);
    if (this.#file.room === 0) return;
    this.#writing = true;
    this.#file.append(first, (count) => {
      this.#writing = false;
      this.#back.drop(count);
      if (count === 0) this.#diskFailed = true;
      else if (this.#front.bytes > 0 || this.#held) this.#writeBack();
      this.#pump();
    });
  }
}
