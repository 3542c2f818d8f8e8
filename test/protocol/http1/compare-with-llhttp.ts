import type { PeerSeries } from './llhttp.ts';
import type { ReadRequest, Series } from './read-series.ts';

/**
 * - `same`: both read the same, or both refuse the same request.
 * - `undecided`: llhttp refuses a head that has not come to its end, so that we have taken nothing yet.
 * - `stricter`: we refuse, with this code, what llhttp takes or waits for.
 * - `laxer`: we take a request, or its head, or wait for more of its body, where llhttp refuses it with this code.
 * - `persistence`: both take a request and differ in whether another one may follow.
 * - `framing`: both take a request and read something else in it. There must be none.
 */
export type Comparison =
  | { readonly kind: 'same' }
  | { readonly kind: 'undecided' }
  | { readonly kind: 'stricter'; readonly code: string }
  | {
      readonly kind: 'laxer';
      readonly code: string;
      readonly part: 'head' | 'body';
      readonly request: ReadRequest;
    }
  | { readonly kind: 'persistence'; readonly request: ReadRequest }
  | { readonly kind: 'framing'; readonly what: string };

export function compareWithLlhttp(ours: Series, theirs: PeerSeries): Comparison {
  const refused = typeof ours.end === 'string' ? undefined : ours.end.code;
  const { error } = theirs;
  for (let index = 0; ; index += 1) {
    const our = ours.requests[index];
    const their = theirs.requests[index];
    const framing = (what: string): Comparison => ({ kind: 'framing', what: `${what} of request ${index}` });
    if (our === undefined || their === undefined) {
      if (our !== undefined) {
        return error === null
          ? framing('existence')
          : { kind: 'laxer', code: error, part: 'head', request: our };
      }
      if (their !== undefined) {
        return refused === undefined ? framing('existence') : { kind: 'stricter', code: refused };
      }
      if (refused !== undefined)
        return error === null ? { kind: 'stricter', code: refused } : { kind: 'same' };
      // After the last request of a connection llhttp objects to whatever comes.
      return error === null || ours.end === 'closed' ? { kind: 'same' } : { kind: 'undecided' };
    }
    if (our.method !== their.method) return framing('method');
    if (our.rawTarget !== their.url) return framing('target');
    if (our.minorVersion !== their.minorVersion) return framing('version');
    if (JSON.stringify(our.fields) !== JSON.stringify(their.fields)) return framing('fields');
    if (!our.body.startsWith(their.body) && !their.body.startsWith(our.body)) return framing('body');
    const bothComplete = our.complete && their.complete;
    if (bothComplete && our.body !== their.body) return framing('body');
    if (our.keepAlive !== their.keepAlive) return { kind: 'persistence', request: our };
    // Node hides the errors in such a body, and leaves what follows to the other protocol. We go on with HTTP, as a server may (RFC
    // 9110, section 7.8).
    if (their.upgrade) return { kind: 'same' };
    if (bothComplete) continue;
    if (our.complete || refused === undefined) {
      if (error !== null) return { kind: 'laxer', code: error, part: 'body', request: our };
      return our.complete || their.complete || our.body !== their.body ? framing('end') : { kind: 'same' };
    }
    return error === null || their.complete ? { kind: 'stricter', code: refused } : { kind: 'same' };
  }
}
