import { escapeValue } from './series-text.ts';

/** Name and value of an exemplar's labels may have 128 characters (OpenMetrics 1.0, "Exemplars"). */
const LONGEST_ID = 128 - 'request_id'.length;

/** How long one stands: a scrape sees one of many thousands, and to put each of them there would only cost. */
export const EXEMPLAR_HOLD_MS = 1000;

/** One request that stands for others: OpenMetrics puts it behind a sample. Nothing where its id is too long for that. */
export function exemplarText(requestId: string, value: number, atMs: number): string {
  if (requestId === '' || requestId.length > LONGEST_ID) return '';
  return ` # {request_id="${escapeValue(requestId)}"} ${value} ${atMs / 1000}`;
}
