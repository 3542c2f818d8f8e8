import type { ByteSink, FlowFailure } from '../core/byte-flow.ts';
import type { RequestBody } from '../core/exchange.ts';
import { ChunkedReader } from '../protocol/http1/chunked-reader.ts';

/** What a body asks of its connection. */
export interface BodyConnection {
  /** Somebody wants the body: let it come, with `100 Continue` where the visitor waits for that. */
  startBody(): void;
  holdBody(): void;
  resumeBody(): void;
}

/** The body of one request: takes the connection's bytes, removes the framing, and knows where the next request begins. */
export class IncomingBody implements RequestBody {
  readonly length: number | undefined;
  readonly #connection: BodyConnection;
  readonly #chunks: ChunkedReader | undefined;
  /** For the chunks: made once, with the first of them. */
  #passer: ((bytes: Uint8Array) => void) | undefined;
  #left: number;
  #sink: ByteSink | undefined;
  #over = false;
  #complete = false;

  /** `length` is nothing for a chunked body. */
  constructor(length: number | undefined, connection: BodyConnection) {
    this.length = length;
    this.#left = length ?? 0;
    this.#chunks = length === undefined ? new ChunkedReader() : undefined;
    this.#connection = connection;
  }

  /** Complete, or broken off: nothing more goes to the sink. */
  get over(): boolean {
    return this.#over;
  }

  /** The last byte was seen: the connection is fit for another request. */
  get complete(): boolean {
    return this.#complete;
  }

  get opened(): boolean {
    return this.#sink !== undefined;
  }

  open(sink: ByteSink): void {
    this.#sink = sink;
    this.#connection.startBody();
  }

  resume(): void {
    this.#connection.resumeBody();
  }

  /** Takes what belongs to the body; returns the offset of the first byte behind it, or -1 where the framing is broken. */
  take(chunk: Uint8Array): number {
    if (this.#chunks !== undefined) return this.#takeChunked(this.#chunks, chunk);
    const taken = Math.min(this.#left, chunk.length);
    this.#left -= taken;
    if (taken > 0) this.#pass(taken === chunk.length ? chunk : chunk.subarray(0, taken));
    if (this.#left === 0) this.#end();
    return taken;
  }

  fail(failure: FlowFailure): void {
    if (this.#over) return;
    this.#over = true;
    this.#sink?.fail(failure);
  }

  #takeChunked(reader: ChunkedReader, chunk: Uint8Array): number {
    this.#passer ??= (bytes) => this.#pass(bytes);
    const result = reader.push(chunk, 0, this.#passer);
    if (result === 'done') this.#end();
    else if (result !== 'more') {
      this.fail('malformed');
      return -1;
    }
    return reader.next;
  }

  #pass(bytes: Uint8Array): void {
    if (this.#over || this.#sink === undefined) return;
    if (!this.#sink.write(bytes)) this.#connection.holdBody();
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#complete = true;
    this.#sink?.end();
  }
}
