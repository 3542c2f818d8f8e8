import { closeDescriptor } from '../system/pipe.ts';

/**
 * A read that finds bytes at hand settles without a turn of the event loop: a program that writes faster than its answer
 * is taken would stop everything else. After this many pieces in a row, of 64 KiB at most, the loop has a turn.
 */
const piecesPerTurn = 16;

export interface PipeEvents {
  /** The bytes stay valid. `false`: read no more until `resume`. */
  chunk(bytes: Uint8Array): boolean;
  /** Every writer has closed its end. */
  end(): void;
  /** Something threw in one of the two above. */
  defect(thrown: unknown): void;
}

/**
 * Reads the end of a pipe without blocking, and closes its descriptor exactly once: before `end`, or at `close`.
 * While held back it reads at most some hundred KiB ahead, then the pipe fills up and its writers wait.
 */
export class PipeReader {
  readonly #descriptor: number;
  readonly #events: PipeEvents;
  readonly #reader: { read(): Promise<{ value?: Uint8Array | undefined }>; cancel(): Promise<void> };
  #state: 'reading' | 'holding' | 'closed' = 'reading';
  /** Pieces that have come. */
  #pieces = 0;

  /** Takes over the descriptor. */
  constructor(descriptor: number, events: PipeEvents) {
    this.#descriptor = descriptor;
    this.#events = events;
    this.#reader = Bun.file(descriptor).stream().getReader();
    this.#pump();
  }

  get open(): boolean {
    return this.#state !== 'closed';
  }

  /** Changes whenever something came; undefined while held back, when nobody can tell. */
  get progress(): number | undefined {
    return this.#state === 'holding' ? undefined : this.#pieces;
  }

  resume(): void {
    if (this.#state !== 'holding') return;
    this.#state = 'reading';
    this.#pump();
  }

  close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#reader.cancel().catch(() => {});
    closeDescriptor(this.#descriptor);
  }

  #pump(): void {
    this.#readOn().catch((thrown: unknown) => this.#events.defect(thrown));
  }

  async #readOn(): Promise<void> {
    while (this.#state === 'reading') {
      // A read that fails is the end as well: nothing more will come.
      const piece = await this.#reader.read().catch(() => undefined);
      if (!this.open) return;
      if (piece?.value === undefined) {
        this.close();
        this.#events.end();
        return;
      }
      this.#pieces += 1;
      if (!this.#events.chunk(piece.value) && this.open) this.#state = 'holding';
      else if (this.#pieces % piecesPerTurn === 0) await new Promise(setImmediate);
    }
  }
}
