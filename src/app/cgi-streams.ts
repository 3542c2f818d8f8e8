import type { AnswerOutput } from './answer-output.ts';
import { IncomingBody } from './incoming-body.ts';

/**
 * The body of a CGI request. Not read to the end of standard input, which servers need not end (RFC 3875, section 4.2), and not at all
 * before the application asks.
 */
export function standardInputBody(length: number): ReadableStream<Uint8Array> {
  let read: (() => Promise<{ done: boolean; value?: Uint8Array | undefined }>) | undefined;
  const body = new IncomingBody(length, {
    wanted() {
      if (read === undefined) {
        const reader = Bun.stdin.stream().getReader();
        read = () => reader.read();
      }
      read().then(
        ({ done, value }) => {
          if (done) body.fail(new Error(`the body of the request ended before its ${length} bytes`));
          else if (value !== undefined) body.push(value);
        },
        (error) => body.fail(error),
      );
    },
    refused() {},
  });
  return body.stream;
}

/** An open descriptor to write to. `gone` is called once when nobody reads it any more, as far as writing shows. */
export function outputTo(descriptor: number, gone: () => void): AnswerOutput {
  const sink = Bun.file(descriptor).writer();
  return {
    async write(bytes) {
      try {
        // A sink says by the result of `write` that it failed, and by that of `flush` that it has room.
        await sink.write(bytes);
        await sink.flush();
      } catch (error) {
        gone();
        throw error;
      }
    },
  };
}
