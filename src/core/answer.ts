/** The head of an answer, checked and ready for any listener. */
export interface AnswerHead {
  /** 200 to 599. */
  readonly status: number;
  /** The reason phrase; empty where the usual one will do. */
  readonly reason: string;
  /**
   * Field lines, each `Name: value` and CRLF, without Status, Content-Length, and the hop-by-hop fields: how the answer
   * is framed is the listener's business.
   */
  readonly fields: Uint8Array;
  /** Bytes of the body where known beforehand. */
  readonly contentLength: number | undefined;
  /** `fields` has a Date already. */
  readonly hasDate: boolean;
}

/** Where an answer goes. One `head`, any number of `write`, then one `end` or `cut`. */
export interface AnswerSink {
  head(head: AnswerHead): void;
  /** Takes the bytes, which must stay unchanged. `false`: hold back until `onDrain`. */
  write(chunk: Uint8Array): boolean;
  end(): void;
  /** Ends the answer so that the visitor sees that it is not whole. */
  cut(): void;
  /** Set by whoever writes; called when a refused `write` may go on. */
  onDrain: (() => void) | undefined;
  /** Set by whoever writes; called once, when the last byte has been handed over or the visitor has gone. */
  onFinished: ((finished: AnswerFinished) => void) | undefined;
}

export interface AnswerFinished {
  /** False where the answer was cut or the visitor left before its end. */
  readonly complete: boolean;
  /** Bytes of body sent to the visitor's connection. */
  readonly bytes: number;
}
