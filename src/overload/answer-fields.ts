import type { PageFormat } from './page-negotiator.ts';

const MEDIA_TYPES: Readonly<Record<PageFormat, string>> = {
  html: 'text/html; charset=utf-8',
  json: 'application/problem+json',
  text: 'text/plain; charset=utf-8',
  short: 'text/plain; charset=utf-8',
};

export interface AnswerFieldOptions {
  readonly format: PageFormat;
  /** Nothing where nobody knows it, as on a page of the operator. */
  readonly language: string | undefined;
  /** Content-Security-Policy; nothing on a page of the operator, which may load what it likes. */
  readonly policy?: string | undefined;
  readonly gzip?: boolean;
  readonly retryAfter?: string;
}

/** Our own pages need nothing from anywhere; a browser holds us to it. `scripts`: hashes of those that the page has. */
export function ownPagePolicy(scripts: readonly string[] = []): string {
  const allowed = scripts.length === 0 ? '' : ` script-src ${scripts.map((hash) => `'${hash}'`).join(' ')};`;
  return `default-src 'none'; style-src 'unsafe-inline';${allowed} base-uri 'none'; form-action 'none'; frame-ancestors 'self'`;
}

/**
 * Field lines of an answer that Spillway gives by itself. No cache may keep it and no search engine list it: it says how things are at this
 * moment.
 */
export function answerFields(options: AnswerFieldOptions): Uint8Array {
  const { format, language, policy, gzip = false, retryAfter } = options;
  const lines = [
    `Content-Type: ${MEDIA_TYPES[format]}`,
    'Cache-Control: no-store',
    // For caches that keep it all the same.
    'Vary: Accept, Accept-Language, Accept-Encoding',
    'X-Robots-Tag: noindex, nofollow',
    'X-Content-Type-Options: nosniff',
  ];
  if (language !== undefined) lines.push(`Content-Language: ${language}`);
  if (policy !== undefined) lines.push(`Content-Security-Policy: ${policy}`);
  if (gzip) lines.push('Content-Encoding: gzip');
  if (retryAfter !== undefined) lines.push(`Retry-After: ${retryAfter}`);
  return Buffer.from(`${lines.join('\r\n')}\r\n`, 'latin1');
}
