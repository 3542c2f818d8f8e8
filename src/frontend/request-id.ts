import type { View } from '../core/view.ts';
import { safeRequestId } from '../listener/safe-request-id.ts';

/** The id of a request: the web server's, where it gives one (mod_unique_id), else one of our own. */
export function requestId(view: View | undefined): string {
  return safeRequestId(view?.meta('UNIQUE_ID')) ?? crypto.randomUUID();
}
