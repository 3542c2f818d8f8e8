import type { View } from '../core/view.ts';

/** Harmless in a page and in a log. */
const SAFE = /^[A-Za-z0-9._@-]{1,128}$/;

/** The id that the server in front gave the request, so that both logs say the same; else one of our own. */
export function requestId(view: View): string {
  for (const name of ['HTTP_X_REQUEST_ID', 'UNIQUE_ID']) {
    const given = view.meta(name);
    if (given !== undefined && SAFE.test(given)) return given;
  }
  return crypto.randomUUID();
}
