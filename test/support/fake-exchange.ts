import type { AnswerFinished, AnswerHead, AnswerSink } from '../../src/core/answer.ts';
import type { ByteSink } from '../../src/core/byte-flow.ts';
import type { Exchange, RequestBody } from '../../src/core/exchange.ts';
import type { View } from '../../src/core/view.ts';
import { viewOf } from './view-of.ts';

/** An exchange without a network: the test is the visitor. */
export class FakeExchange implements Exchange, AnswerSink {
  readonly id: string;
  readonly view: View;
  readonly arrivedMs: number;
  readonly body: RequestBody | undefined;
  onAbandoned: (() => void) | undefined;
  onDrain: (() => void) | undefined;
  onFinished: ((finished: AnswerFinished) => void) | undefined;
  /** What the visitor sees. */
  seen: AnswerHead | undefined;
  text = '';
  /** How it ended for the visitor. */
  over: 'whole' | 'cut' | undefined;
  /** The visitor takes nothing for now. */
  slow = false;
  sink: ByteSink | undefined;

  constructor(
    id: string,
    variables: Readonly<Record<string, string>>,
    arrivedMs = 0,
    bodyLength?: number | 'chunked',
  ) {
    this.id = id;
    this.arrivedMs = arrivedMs;
    this.view = viewOf({ REQUEST_METHOD: 'GET', PATH_INFO: '/', ...variables });
    const open = (sink: ByteSink): void => {
      this.sink = sink;
    };
    if (bodyLength !== undefined) {
      this.body = { length: bodyLength === 'chunked' ? undefined : bodyLength, open, resume: () => {} };
    }
  }

  get answer(): AnswerSink {
    return this;
  }

  get status(): number | undefined {
    return this.seen?.status;
  }

  head(head: AnswerHead): void {
    if (this.seen !== undefined) throw new Error('a second head');
    this.seen = head;
  }

  write(chunk: Uint8Array): boolean {
    if (this.seen === undefined || this.over !== undefined)
      throw new Error('a body without a head, or after the end');
    this.text += Buffer.from(chunk).toString('latin1');
    return !this.slow;
  }

  end(): void {
    this.#finish('whole');
  }

  cut(): void {
    this.#finish('cut');
  }

  leave(): void {
    const abandoned = this.onAbandoned;
    this.onAbandoned = undefined;
    abandoned?.();
    this.#finish('cut');
  }

  drain(): void {
    this.slow = false;
    this.onDrain?.();
  }

  #finish(how: 'whole' | 'cut'): void {
    if (this.over !== undefined) return;
    this.over = how;
    this.onFinished?.({ complete: how === 'whole', bytes: this.text.length });
  }
}
