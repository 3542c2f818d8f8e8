import type { AnswerFinished, AnswerHead, AnswerSink } from '../../src/core/answer.ts';

/** A visitor's connection that takes what the test lets it take. */
export class SlowSink implements AnswerSink {
  readonly #chunks: Uint8Array[] = [];
  /** Bytes that it takes before it refuses; like a connection's, the write that goes over is taken too. */
  #room = 0;
  over: 'whole' | 'cut' | undefined;
  onDrain: (() => void) | undefined;
  onFinished: ((finished: AnswerFinished) => void) | undefined;

  head(_head: AnswerHead): void {}

  write(chunk: Uint8Array): boolean {
    if (this.over !== undefined) throw new Error('a write after the end');
    if (this.#room <= 0 && this.#chunks.length > 0) throw new Error('a write that was not asked for');
    this.#chunks.push(chunk);
    this.#room -= chunk.length;
    return this.#room > 0;
  }

  end(): void {
    if (this.over !== undefined) throw new Error('a second end');
    this.over = 'whole';
  }

  cut(): void {
    this.over = 'cut';
  }

  /** Takes about `bytes` more. */
  drain(bytes: number): void {
    this.#room = bytes;
    this.onDrain?.();
  }

  get holds(): boolean {
    return this.#room <= 0;
  }

  /** All that it has taken. */
  get taken(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  get takenBytes(): number {
    return this.#chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  }
}
