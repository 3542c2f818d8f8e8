import { type Refusal, refusal } from '../../core/refusal.ts';
import type { View } from '../../core/view.ts';
import { type SplitTarget, splitTarget } from '../cgi/split-target.ts';

/** Whatever would mean something in a target that is still encoded. */
const NEEDS_ESCAPE = /[^A-Za-z0-9/._~!$&'()*+,;=:@-]/g;

/**
 * The path and the query that an SCGI peer asks for. The path is the first of these that is not empty:
 *
 * 1. SCRIPT_NAME and PATH_INFO put together (RFC 3875: between them they are the whole path, decoded);
 * 2. DOCUMENT_URI, likewise decoded;
 * 3. the path of REQUEST_URI, which is decoded here.
 *
 * What the front server has decoded and normalised by itself goes first, since its own rules of access went by that:
 * by REQUEST_URI alone, `/private/a//../../b` is another path for a front server that merges slashes than for one that
 * does not. Dot segments that a peer has left are removed all the same; nothing is decoded twice.
 *
 * Refused with 400: no path at all, and what `splitTarget` refuses.
 */
export function scgiTarget(head: View): SplitTarget | Refusal {
  const uri = head.meta('REQUEST_URI');
  const query = head.meta('QUERY_STRING') ?? queryOf(uri ?? '');
  const decoded =
    (head.meta('SCRIPT_NAME') ?? '') + (head.meta('PATH_INFO') ?? '') || head.meta('DOCUMENT_URI');
  const target = decoded ? decoded.replace(NEEDS_ESCAPE, escaped) : uri;
  if (!target) return refusal(400, 'scgi/no-path', 'expected a path in the head of an SCGI request');
  const split = splitTarget(target);
  return 'kind' in split ? split : { path: split.path, query };
}

function queryOf(uri: string): string {
  const mark = uri.indexOf('?');
  return mark < 0 ? '' : uri.slice(mark + 1);
}

function escaped(unit: string): string {
  return `%${unit.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
