import { type Refusal, refusal } from '../core/refusal.ts';
import type { View } from '../core/view.ts';
import { requestFields } from './request-fields.ts';
import { requestUrl } from './request-url.ts';

/** Bytes that the front server announces; 0 where there is no body. */
export function announcedLength(view: View): number {
  const text = view.meta('CONTENT_LENGTH') ?? '';
  return /^[0-9]{1,15}$/.test(text) ? Number(text) : 0;
}

/**
 * The request of `fetch` that meta-variables stand for. GET and HEAD have no body there, whatever came.
 * Refused with 400: a host, a target or a field that is none; with 501: a method that the runtime does not know, and takes for GET.
 *
 * @param body asked for at most once
 */
export function fetchRequest(
  view: View,
  body: () => ReadableStream<Uint8Array>,
  signal: AbortSignal,
): Request | Refusal {
  const url = requestUrl(view);
  if (url === undefined) return refusal(400, 'app/bad-url', 'expected a host and a target that make a URL');
  const method = view.meta('REQUEST_METHOD') || 'GET';
  const hasBody = announcedLength(view) > 0 && method !== 'GET' && method !== 'HEAD';
  let headers: Headers;
  try {
    headers = new Headers(requestFields(view));
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    return refusal(400, 'app/bad-field', `expected header fields, found: ${found}`);
  }
  // `duplex` is demanded by the standard where a body streams, and unknown to the types.
  const init: RequestInit & { duplex?: 'half' } = { method, headers, signal };
  if (hasBody) {
    init.body = body();
    init.duplex = 'half';
  }
  let request: Request | undefined;
  try {
    request = new Request(url, init);
  } catch {
    // A method that the standard forbids, such as CONNECT on other runtimes.
  }
  if (request?.method === method) return request;
  return refusal(501, 'app/unknown-method', `expected a method known here, found ${JSON.stringify(method)}`);
}
