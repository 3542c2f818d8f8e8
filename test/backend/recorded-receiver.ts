import type { AnswerReceiver, BackendFailure, BackendRun, CgiHead } from '../../src/core/backend.ts';

export type Moment = 'head' | 'data' | 'end' | 'released';

/** Takes an answer, keeps it, and notes every breach of the contract of `AnswerReceiver`. */
export class RecordedReceiver implements AnswerReceiver {
  run: BackendRun | undefined;
  cgiHead: CgiHead | undefined;
  chunks: Uint8Array[] = [];
  bytes = 0;
  ended = false;
  failure: BackendFailure | undefined;
  releases = 0;
  abandoned = false;
  readonly breaches: string[] = [];
  /** Keep the bytes; large answers are only counted. */
  keep = true;
  /** Whether the receiver takes more after a chunk. */
  takes: (receiver: RecordedReceiver) => boolean = () => true;
  /** Called at each of these moments. */
  on: Partial<Record<Moment, () => void>> = {};
  #held = false;
  readonly #over = Promise.withResolvers<void>();

  /** Resolves when everything was released. */
  get over(): Promise<void> {
    return this.#over.promise;
  }

  get status(): number | undefined {
    return this.cgiHead?.kind === 'answer' ? this.cgiHead.head.status : undefined;
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString('latin1');
  }

  /** How it came out, in a word. */
  get result(): string {
    return this.failure ?? (this.ended ? 'end' : 'nothing');
  }

  resume(): void {
    this.#held = false;
    this.run?.resume();
  }

  abandon(): void {
    this.abandoned = true;
    this.run?.abandon();
  }

  head(head: CgiHead): void {
    this.#mayHear('head');
    if (this.cgiHead !== undefined) this.breaches.push('a second head');
    this.cgiHead = head;
    this.on.head?.();
  }

  data(chunk: Uint8Array): boolean {
    this.#mayHear('data');
    if (this.cgiHead?.kind !== 'answer') this.breaches.push('data without the head of an answer');
    if (chunk.length === 0) this.breaches.push('data without bytes');
    if (this.#held) this.breaches.push('data while held back');
    this.bytes += chunk.length;
    if (this.keep) this.chunks.push(chunk);
    this.on.data?.();
    this.#held = !this.takes(this);
    return !this.#held;
  }

  end(): void {
    this.#mayHear('end');
    if (this.cgiHead === undefined) this.breaches.push('an end without a head');
    this.ended = true;
    this.on.end?.();
  }

  failed(failure: BackendFailure): void {
    this.#mayHear(`failed(${failure})`);
    this.failure = failure;
    this.on.end?.();
  }

  released(): void {
    this.releases += 1;
    if (this.run === undefined) this.breaches.push('released before run returned');
    if (this.releases > 1) this.breaches.push('released twice');
    if (!this.ended && this.failure === undefined && !this.abandoned) {
      this.breaches.push('released without an end');
    }
    this.on.released?.();
    this.#over.resolve();
  }

  #mayHear(what: string): void {
    if (this.run === undefined) this.breaches.push(`${what} before run returned`);
    if (this.ended || this.failure !== undefined) this.breaches.push(`${what} after the end`);
    if (this.abandoned) this.breaches.push(`${what} after abandon`);
    if (this.releases > 0) this.breaches.push(`${what} after released`);
  }
}
