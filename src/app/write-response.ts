import { byteStringBytes } from '../protocol/byte-string-bytes.ts';
import type { AnswerOutput } from './answer-output.ts';
import { bodyBytes } from './body-bytes.ts';
import { cgiResponseHead, hasBody } from './cgi-response-head.ts';
import { joinedBytes } from './plain-answer.ts';

export interface ResponsePlace {
  readonly isHead: boolean;
  /** Aborted when the reader is gone. */
  readonly signal: AbortSignal;
  readonly output: AnswerOutput;
}

/** The body failed; whether the head has been written already. */
export interface BodyFailure {
  readonly headIsOut: boolean;
  readonly error: unknown;
}

type BodyReader = Pick<ReadableStreamDefaultReader<unknown>, 'cancel'> & {
  read(): Promise<{ done: boolean; value?: unknown }>;
};
type Read = Awaited<ReturnType<BodyReader['read']>>;

/** Writes head and body, no faster than the reader takes them. Never throws. */
export async function writeResponse(
  response: Response,
  place: ResponsePlace,
): Promise<'whole' | 'gone' | BodyFailure> {
  const { body, status } = response;
  if (place.isHead || body === null || !hasBody(status)) {
    // What HEAD leaves out may have had any length.
    const head = byteStringBytes(cgiResponseHead(response, place.isHead ? undefined : 0));
    body?.cancel().catch(() => {});
    return (await took(place.output, head)) ? 'whole' : 'gone';
  }
  const reader: BodyReader = body.getReader();
  const abandon = (): void => {
    reader.cancel(place.signal.reason).catch(() => {});
  };
  place.signal.addEventListener('abort', abandon, { once: true });
  try {
    const end = await writeBody(response, reader, place);
    if (end !== 'whole') abandon();
    return place.signal.aborted ? 'gone' : end;
  } finally {
    place.signal.removeEventListener('abort', abandon);
  }
}

async function writeBody(
  response: Response,
  reader: BodyReader,
  { signal, output }: ResponsePlace,
): Promise<'whole' | 'gone' | BodyFailure> {
  let headIsOut = false;
  try {
    let next = quiet(reader.read());
    const first = await soon(next);
    let begin: Uint8Array | undefined;
    if (first !== undefined) {
      begin = first.done ? new Uint8Array() : bodyBytes(first.value);
      if (!first.done) next = quiet(reader.read());
      // A body that is here as a whole has a length, and goes out in one piece with its head.
      if ((await soon(next))?.done === true) {
        headIsOut = true;
        const head = byteStringBytes(cgiResponseHead(response, begin.length));
        return (await took(output, joinedBytes(head, begin))) ? 'whole' : 'gone';
      }
    }
    const head = byteStringBytes(cgiResponseHead(response));
    headIsOut = true;
    let bytes = begin === undefined ? head : joinedBytes(head, begin);
    for (;;) {
      if (signal.aborted || !(await took(output, bytes))) return 'gone';
      const { done, value } = await next;
      if (done) return 'whole';
      bytes = bodyBytes(value);
      next = quiet(reader.read());
    }
  } catch (error) {
    return { headIsOut, error };
  }
}

/** What a promise gives, or nothing where that takes longer than what is ready to run. */
function soon(read: Promise<Read>): Promise<Read | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  setImmediate(resolve, undefined);
  return Promise.race([read, promise]);
}

/** Looked at later, or never. */
function quiet<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => {});
  return promise;
}

async function took(output: AnswerOutput, bytes: Uint8Array): Promise<boolean> {
  try {
    await output.write(bytes);
    return true;
  } catch {
    return false;
  }
}
