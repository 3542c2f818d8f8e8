import type { AnswerSink } from './answer.ts';
import type { ByteSource } from './byte-flow.ts';
import type { View } from './view.ts';

/** One request and the place for its answer, as a listener hands them in: meta-variables and a body in, a CGI response out. */
export interface Exchange {
  /** Unique, safe in a header and in a file name. */
  readonly id: string;
  readonly view: View;
  /** On the gateway's clock. */
  readonly arrivedMs: number;
  /** The body as the visitor sends it; nothing where the request has none. Its length, where announced, is CONTENT_LENGTH. */
  readonly body: RequestBody | undefined;
  readonly answer: AnswerSink;
  /** Set by the gate; called once if the visitor leaves before the answer is complete. */
  onAbandoned: (() => void) | undefined;
}

export interface RequestBody extends ByteSource {
  /** Bytes announced; nothing where the body comes in chunks. */
  readonly length: number | undefined;
}
