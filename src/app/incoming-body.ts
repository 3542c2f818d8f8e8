/** What comes of a request's body waits here until the application pulls. */
export interface BodySource {
  /** There is room again: go on reading. */
  wanted(): void;
  /** The application will read no more. */
  refused(): void;
}

/**
 * The body of a request as a stream, bounded by the announced length. Nothing is asked of the source before the application asks.
 *
 *     open ──announced bytes are here──► complete ──read──► closed
 *      ├─ fail: the stream errs
 *      └─ cancelled: what still comes is forgotten
 */
export class IncomingBody {
  readonly stream: ReadableStream<Uint8Array>;
  readonly #waiting: Uint8Array[] = [];
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #left: number;
  #pulled: (() => void) | undefined;
  #over = false;
  /** Bytes that the application has not asked for yet. */
  waitingBytes = 0;

  /** @param length bytes; above 0 */
  constructor(length: number, source: BodySource) {
    this.#left = length;
    this.stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#pull(source),
        cancel: () => {
          this.#forget();
          source.refused();
        },
      },
      { highWaterMark: 0 },
    );
  }

  /** All that was announced is here, though perhaps not read. */
  get complete(): boolean {
    return this.#left === 0;
  }

  /** What is behind the announced length is not of this body. */
  push(chunk: Uint8Array): void {
    const own = chunk.length > this.#left ? chunk.subarray(0, this.#left) : chunk;
    this.#left -= own.length;
    if (this.#over || own.length === 0) return;
    this.#waiting.push(own);
    this.waitingBytes += own.length;
    this.#pulled?.();
  }

  fail(error: Error): void {
    if (this.#over) return;
    this.#forget();
    this.#controller?.error(error);
  }

  #pull(source: BodySource): Promise<void> | undefined {
    if (this.#waiting.length > 0) {
      this.#give();
      return undefined;
    }
    source.wanted();
    if (this.#waiting.length > 0 || this.#over) {
      this.#give();
      return undefined;
    }
    return new Promise((resolve) => {
      this.#pulled = () => {
        this.#pulled = undefined;
        this.#give();
        resolve();
      };
    });
  }

  #give(): void {
    const chunk = this.#waiting.shift();
    if (chunk === undefined || this.#over) return;
    this.waitingBytes -= chunk.length;
    this.#controller?.enqueue(chunk);
    if (this.#left > 0 || this.#waiting.length > 0) return;
    this.#over = true;
    this.#controller?.close();
  }

  #forget(): void {
    this.#over = true;
    this.#waiting.length = 0;
    this.waitingBytes = 0;
    this.#pulled?.();
  }
}
