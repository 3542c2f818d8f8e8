import type { Refusal } from '../../../src/core/refusal.ts';
import { byteString } from '../../../src/protocol/byte-string.ts';
import { ChunkedReader } from '../../../src/protocol/http1/chunked-reader.ts';
import type { RequestHead } from '../../../src/protocol/http1/request-head.ts';
import { RequestHeadReader } from '../../../src/protocol/http1/request-head-reader.ts';
import { type RequestLimits, requestLimits } from '../../../src/protocol/http1/request-limits.ts';

const SP = 0x20;

export interface ReadRequest {
  readonly method: string;
  /** As it came. */
  readonly rawTarget: string;
  readonly target: string;
  readonly host: string | undefined;
  readonly minorVersion: 0 | 1;
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly contentLength: number | undefined;
  readonly chunked: boolean;
  readonly keepAlive: boolean;
  readonly expectContinue: boolean;
  body: string;
  complete: boolean;
}

export interface Series {
  readonly requests: readonly ReadRequest[];
  /** `more`: everything was read. `closed`: a request asked for the end of the connection, and what follows was not looked at. */
  readonly end: 'more' | 'closed' | Refusal;
}

/** Reads the requests of one connection as a listener would, from its bytes in these pieces. */
export function readSeries(
  pieces: Iterable<Uint8Array>,
  limits: RequestLimits = requestLimits(32_768),
): Series {
  const heads = new RequestHeadReader(limits);
  const requests: ReadRequest[] = [];
  let request: ReadRequest | undefined;
  let chunked: ChunkedReader | undefined;
  let left = 0;
  for (const piece of pieces) {
    let at = 0;
    while (at < piece.length) {
      if (request === undefined) {
        const head = heads.push(piece, at);
        at = heads.next;
        if (head === 'more') continue;
        if (head.kind === 'refusal') return { requests, end: head };
        request = described(head);
        requests.push(request);
        chunked = head.chunked ? new ChunkedReader() : undefined;
        left = head.contentLength ?? 0;
        request.complete = !head.hasBody;
      } else if (chunked !== undefined) {
        const reading = request;
        const result = chunked.push(piece, at, (bytes) => {
          reading.body += byteString(bytes);
        });
        at = chunked.next;
        if (typeof result !== 'string') return { requests, end: result };
        request.complete = result === 'done';
      } else {
        const taken = Math.min(left, piece.length - at);
        request.body += byteString(piece, at, at + taken);
        left -= taken;
        at += taken;
        request.complete = left === 0;
      }
      if (!request.complete) continue;
      if (!request.keepAlive) return { requests, end: 'closed' };
      request = undefined;
    }
  }
  return { requests, end: 'more' };
}

function described(head: RequestHead): ReadRequest {
  const { bytes, method, minorVersion, contentLength, chunked, keepAlive, expectContinue } = head;
  const targetStart =
    head.authorityStart < 0 ? head.targetStart : bytes.lastIndexOf(SP, head.authorityStart) + 1;
  return {
    method,
    rawTarget: byteString(bytes, targetStart, head.targetEnd),
    target: head.target(),
    host: head.host(),
    minorVersion,
    fields: Array.from(
      { length: head.fieldCount },
      (_, field) => [head.fieldName(field), head.fieldValue(field)] as const,
    ),
    contentLength,
    chunked,
    keepAlive,
    expectContinue,
    body: '',
    complete: false,
  };
}
