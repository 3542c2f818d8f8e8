import type { AnswerHead } from '../core/answer.ts';
import type { Exchange } from '../core/exchange.ts';
import type { ErrorPage, OverloadPage, PreparedAnswer, ShedCircumstances } from '../core/overload-page.ts';
import type { View } from '../core/view.ts';
import { AnswerSpool, type AnswerSpoolLimits } from '../spool/answer-spool.ts';

export interface RelayEvents {
  /** The visitor is slow, and all that may wait for them waits. */
  held(): void;
  /** There is room again. */
  room(): void;
}

/**
 * Hands the answer of one exchange to its listener: a backend's, piece by piece, or one that the gateway has ready. What a slow visitor does
 * not take waits in a spool, so that the application need not.
 */
export class AnswerRelay {
  readonly #exchange: Exchange;
  readonly #errorPage: ErrorPage;
  readonly #events: RelayEvents;
  /** Made when the connection first takes no more. */
  #spool: AnswerSpool | undefined;
  /** 0 until there is a head. */
  status = 0;
  /** A field line beside those of the head. */
  moreFields: Uint8Array | undefined;

  constructor(exchange: Exchange, errorPage: ErrorPage, events: RelayEvents) {
    this.#exchange = exchange;
    this.#errorPage = errorPage;
    this.#events = events;
  }

  head(head: AnswerHead): void {
    this.status = head.status;
    const more = this.moreFields;
    this.#exchange.answer.head(
      more === undefined ? head : { ...head, fields: Buffer.concat([head.fields, more]) },
    );
  }

  /** `false`: hold back until `room`. */
  write(chunk: Uint8Array, limits: () => AnswerSpoolLimits): boolean {
    const { answer } = this.#exchange;
    if (this.#spool === undefined) {
      if (answer.write(chunk)) return true;
      this.#spool = new AnswerSpool(answer, limits(), { room: () => this.#events.room() });
      answer.onDrain = () => this.#spool?.drained();
    } else this.#spool.write(chunk);
    if (this.#spool.full) this.#events.held();
    return !this.#spool.full;
  }

  end(): void {
    (this.#spool ?? this.#exchange.answer).end();
  }

  /** Ends it so that nobody takes it for whole. */
  cut(): void {
    this.#exchange.answer.cut();
  }

  /** The listener has told that it is over. */
  discard(): void {
    this.#spool?.discard();
  }

  /** The polite page: of the application, where the request has come to one. */
  overload(
    page: OverloadPage | undefined,
    view: View,
    retryAfterMs: number,
    circumstances: ShedCircumstances,
  ): void {
    if (page === undefined) this.error(503);
    else this.#whole(page.shed(view, this.#exchange.id, retryAfterMs, circumstances));
  }

  error(status: number): void {
    this.#whole(this.#errorPage.error(this.#exchange.view, this.#exchange.id, status));
  }

  #whole({ head, body }: PreparedAnswer): void {
    const { answer } = this.#exchange;
    this.head(head);
    answer.write(body);
    answer.end();
  }
}
