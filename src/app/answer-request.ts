import type { View } from '../core/view.ts';
import type { AnswerOutput } from './answer-output.ts';
import { checkedResponse } from './checked-response.ts';
import type { FailureLog } from './failure-log.ts';
import type { FetchApplication } from './fetch-application.ts';
import { fetchRequest } from './fetch-request.ts';
import { plainAnswer } from './plain-answer.ts';
import { requestId } from './request-id.ts';
import { requestVariables } from './request-variables.ts';
import { writeResponse } from './write-response.ts';

export interface IncomingRequest {
  readonly view: View;
  /** Asked for at most once, and only where a length was announced. */
  readonly body: () => ReadableStream<Uint8Array>;
  /** Aborted when the reader of the answer is gone. */
  readonly signal: AbortSignal;
  readonly output: AnswerOutput;
}

/** `cut`: the head was out, and not all of the body; who reads must be able to tell. */
export type AnswerEnd = 'whole' | 'cut' | 'gone';

/**
 * Asks the application and writes its answer as a CGI response, as fast as it is read. Never throws.
 *
 *     request ──refused: 400, 501──► whole
 *        └─► application ──throws, or answers with something else: 500 with an id──► whole
 *               └─► head ─► body ──► whole
 *                             └─ fails: cut
 *     the reader leaves at any moment: gone
 */
export async function answerRequest(
  application: FetchApplication,
  incoming: IncomingRequest,
  log: FailureLog,
): Promise<AnswerEnd> {
  const { view, signal, output } = incoming;
  const request = fetchRequest(view, incoming.body, signal);
  const isHead = view.meta('REQUEST_METHOD') === 'HEAD';
  if ('kind' in request) {
    // Where the body is not asked for, nothing of it is read.
    return await write(output, plainAnswer(request.status, request.message, isHead));
  }
  const failed = (during: 'answer' | 'body', error: unknown): string => {
    const id = requestId(view);
    log({ id, method: request.method, path: new URL(request.url).pathname, during, error });
    return id;
  };
  const failedBeforeHead = async (error: unknown): Promise<AnswerEnd> => {
    if (signal.aborted) return 'gone';
    const id = failed('answer', error);
    const text = `The application failed. Its operator finds more in the log under this id: ${id}`;
    return await write(output, plainAnswer(500, text, isHead));
  };
  let response: Response;
  try {
    response = checkedResponse(await application.fetch(request, requestVariables(view)));
  } catch (error) {
    return await failedBeforeHead(error);
  }
  const written = await writeResponse(response, { isHead, signal, output });
  if (typeof written === 'string') return written;
  if (!written.headIsOut) return await failedBeforeHead(written.error);
  failed('body', written.error);
  return 'cut';
}

async function write(output: AnswerOutput, bytes: Uint8Array): Promise<AnswerEnd> {
  try {
    await output.write(bytes);
    return 'whole';
  } catch {
    return 'gone';
  }
}
