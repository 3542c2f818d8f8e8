import type { Body } from '../core/body.ts';
import type { ByteSink, FlowFailure } from '../core/byte-flow.ts';
import type { RequestBody } from '../core/exchange.ts';
import { BodyFile } from './body-file.ts';

/** `disk`: the folder for temporary files takes no more. */
export type SpoolFailure = FlowFailure | 'disk';

const NOTHING = new Uint8Array(0);

export interface SpoolLimits {
  /** A longer body is `too-large`. */
  readonly maxBytes: number;
  /** What a body may take of memory; a longer one goes to a file. */
  readonly memoryBytes: number;
  /** Where files are made. */
  readonly folder: string;
}

export interface Spooling {
  /** Gives everything up; `onDone` is not called any more. The source is left where it stands. */
  cancel(): void;
}

/**
 * Takes a body in whole, so that no slot waits for a visitor. `onDone` is called exactly once unless cancelled, before
 * this returns where the body is refused by its length or is there already. Whoever gets a `Body` has to release it.
 */
export function spoolBody(
  source: RequestBody,
  limits: SpoolLimits,
  onDone: (result: Body | SpoolFailure) => void,
): Spooling {
  const spool = new BodySpool(source, limits, onDone);
  spool.begin();
  return spool;
}

/**
 *                 memory full                 source ended
 *     in memory ─────────────► writing ◄──┐  ─────────────► over: Body
 *         │                       │       │
 *         │                written│       │memory full
 *         │                       ▼       │
 *         │                    collecting ┘
 *         └── source ended, failed, too large, disk full, cancelled: over ──
 *
 * While a write is under way the source is held back, so that at most `memoryBytes` and one chunk are in memory.
 */
class BodySpool implements ByteSink, Spooling {
  readonly #source: RequestBody;
  readonly #limits: SpoolLimits;
  readonly #onDone: (result: Body | SpoolFailure) => void;
  /** Bytes that the source has given. */
  #taken = 0;
  #collected: Uint8Array;
  #collectedBytes = 0;
  #file: BodyFile | undefined;
  /** What did not fit beside the collected bytes; written straight after them. */
  #overflow: Uint8Array[] = [];
  #writing = false;
  #sourceEnded = false;
  #over = false;

  constructor(source: RequestBody, limits: SpoolLimits, onDone: (result: Body | SpoolFailure) => void) {
    this.#source = source;
    this.#limits = limits;
    this.#onDone = onDone;
    this.#collected = NOTHING;
  }

  begin(): void {
    if (this.#source.length !== undefined && this.#source.length > this.#limits.maxBytes)
      this.#finish('too-large');
    else this.#source.open(this);
  }

  write(chunk: Uint8Array): boolean {
    if (this.#over) return false;
    this.#taken += chunk.length;
    const announced = this.#source.length;
    if (announced !== undefined && this.#taken > announced) this.#finish('malformed');
    else if (this.#taken > this.#limits.maxBytes) this.#finish('too-large');
    else if (this.#collect(chunk)) return true;
    else {
      this.#overflow.push(chunk);
      if (!this.#writing) this.#flush();
    }
    return false;
  }

  end(): void {
    if (this.#over) return;
    const announced = this.#source.length;
    this.#sourceEnded = true;
    if (announced !== undefined && this.#taken < announced) this.#finish('gone');
    else if (this.#file === undefined) {
      this.#finish({ kind: 'memory', bytes: this.#bytes(), length: this.#collectedBytes });
    } else if (!this.#writing) this.#flush();
  }

  fail(code: FlowFailure): void {
    this.#finish(code);
  }

  cancel(): void {
    if (this.#over) return;
    this.#over = true;
    this.#giveUp();
  }

  /** False where it would take more memory than a body may. */
  #collect(chunk: Uint8Array): boolean {
    const { memoryBytes } = this.#limits;
    const total = this.#collectedBytes + chunk.length;
    if (this.#writing || total > memoryBytes) return false;
    if (this.#collected.length === 0 && chunk.length === this.#source.length) {
      this.#collected = chunk;
    } else {
      if (total > this.#collected.length) this.#grow(total);
      this.#collected.set(chunk, this.#collectedBytes);
    }
    this.#collectedBytes = total;
    return true;
  }

  /** A view of an array costs more than all the rest; mostly there is nothing to leave out. */
  #bytes(): Uint8Array {
    const all = this.#collected;
    return all.length === this.#collectedBytes ? all : all.subarray(0, this.#collectedBytes);
  }

  /** Grows with what has come, never with what was announced: a visitor who sends nothing costs nothing. */
  #grow(needed: number): void {
    const most = Math.min(this.#limits.memoryBytes, this.#source.length ?? Number.POSITIVE_INFINITY);
    const larger = new Uint8Array(Math.min(most, Math.max(needed, 2 * this.#collected.length)));
    larger.set(this.#collected.subarray(0, this.#collectedBytes));
    this.#collected = larger;
  }

  /** Writes what is in memory, piece by piece; then lets the source go on, or hands over the file. */
  #flush(): void {
    const next = this.#collectedBytes > 0 ? this.#bytes() : this.#overflow.shift();
    if (next === undefined) {
      if (this.#file !== undefined && this.#sourceEnded) this.#finish(this.#file.finish());
      else this.#source.resume();
      return;
    }
    this.#file ??= new BodyFile(this.#limits.folder);
    this.#writing = true;
    this.#file.append(next, (written) => {
      this.#writing = false;
      if (this.#over) return;
      this.#collectedBytes = 0;
      if (written) this.#flush();
      else this.#finish('disk');
    });
  }

  #finish(result: Body | SpoolFailure): void {
    if (this.#over) return;
    this.#over = true;
    if (typeof result === 'string') this.#giveUp();
    this.#collected = NOTHING;
    this.#onDone(result);
  }

  #giveUp(): void {
    this.#overflow = [];
    this.#collected = NOTHING;
    this.#file?.giveUp();
    this.#file = undefined;
  }
}
