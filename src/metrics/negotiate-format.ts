import Negotiator from 'negotiator';
import { type ExpositionFormat, openMetricsFormat, textFormat } from './exposition-format.ts';

/**
 * The format that a scraper prefers by its Accept field, as far as we have it. Parameters but `q` are passed over: Prometheus asks for a
 * version and for an escaping of names that we have no need of, and reads what it gets by its Content-Type.
 */
export function negotiateFormat(accept: string | undefined): ExpositionFormat {
  if (accept === undefined) return textFormat;
  const preferred = new Negotiator({ headers: { accept } }).mediaTypes();
  const first = preferred.find((type) => type === 'application/openmetrics-text' || matchesText(type));
  return first === 'application/openmetrics-text' ? openMetricsFormat : textFormat;
}

function matchesText(type: string): boolean {
  return type === 'text/plain' || type === 'text/*' || type === '*/*';
}
