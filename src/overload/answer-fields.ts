import type { PageFormat } from './page-negotiator.ts';

const MEDIA_TYPES: Readonly<Record<PageFormat, string>> = {
  html: 'text/html; charset=utf-8',
  json: 'application/problem+json',
  text: 'text/plain; charset=utf-8',
};

/** Our own pages need nothing from anywhere; a browser holds us to it. */
const OWN_PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'self'";

/**
 * Field lines of an answer that Spillway gives by itself. No cache may keep it: it says how things are at this moment.
 * `language`: nothing where nobody knows it, as on a page of the operator, which may load what it likes.
 */
export function answerFields(
  format: PageFormat,
  language: string | undefined,
  retryAfter?: string,
): Uint8Array {
  const lines = [
    `Content-Type: ${MEDIA_TYPES[format]}`,
    'Cache-Control: no-store',
    'X-Content-Type-Options: nosniff',
  ];
  if (language !== undefined) lines.push(`Content-Language: ${language}`);
  if (format === 'html' && language !== undefined) lines.push(`Content-Security-Policy: ${OWN_PAGE_POLICY}`);
  if (retryAfter !== undefined) lines.push(`Retry-After: ${retryAfter}`);
  return Buffer.from(`${lines.join('\r\n')}\r\n`, 'latin1');
}
