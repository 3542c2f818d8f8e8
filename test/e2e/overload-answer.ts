import { gunzipSync } from 'node:zlib';
import { ACCEPT } from '../overload/accept-fields.ts';

export interface OverloadForm {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What visitors ask for, and how: every format, both intents, other languages, a range, and compressed. */
export const overloadForms: readonly OverloadForm[] = [
  { method: 'GET', headers: { Accept: ACCEPT.firefox } },
  { method: 'GET', headers: { Accept: ACCEPT.firefox, 'Accept-Encoding': 'gzip' } },
  {
    method: 'POST',
    headers: { Accept: ACCEPT.chromium, 'Accept-Encoding': 'br, gzip', 'Accept-Language': 'ar' },
  },
  { method: 'GET', headers: { Accept: ACCEPT.firefox, 'Accept-Encoding': 'gzip;q=0' } },
  { method: 'HEAD', headers: { Accept: ACCEPT.firefox, 'Accept-Encoding': 'gzip' } },
  { method: 'GET', headers: { Accept: ACCEPT.curl, 'Accept-Encoding': 'gzip' } },
  { method: 'GET', headers: { Accept: ACCEPT.firefox, 'Accept-Language': 'ar', Range: 'bytes=0-9' } },
  { method: 'HEAD', headers: { Accept: ACCEPT.firefox } },
  { method: 'POST', headers: { Accept: ACCEPT.chromium, 'Accept-Language': 'ja' } },
  { method: 'DELETE', headers: { Accept: ACCEPT.problem } },
  { method: 'GET', headers: { Accept: 'text/plain', 'Accept-Language': 'fr' } },
  { method: 'GET', headers: { Accept: ACCEPT.image } },
];

/** Of the head, what a visitor's program goes by. `Connection`, `Date` and `Server` are the front server's. */
const FIELDS = [
  'content-type',
  'content-language',
  'content-security-policy',
  'cache-control',
  'x-robots-tag',
  'x-content-type-options',
  'content-range',
  'content-encoding',
  'vary',
];

interface OverloadAnswer {
  readonly status: number;
  readonly fields: Readonly<Record<string, string | null>>;
  readonly body: string;
}

/** The answer, uncompressed, without what differs from one visitor to the next. */
export async function overloadAnswer(
  url: string,
  { method, headers }: OverloadForm,
): Promise<OverloadAnswer> {
  const response = await fetch(url, {
    method,
    headers: { 'Accept-Encoding': 'identity', ...headers },
    // As it came.
    decompress: false,
  });
  const fields = Object.fromEntries(
    // A list is the same with blanks between its members and without (RFC 9110, section 5.6.1): Apache puts lists together anew.
    FIELDS.map((name) => [name, response.headers.get(name)?.replaceAll(/ *, */g, ',') ?? null]),
  );
  const bytes = await response.bytes();
  const isCompressed = fields['content-encoding'] === 'gzip' && bytes.length > 0;
  const body = new TextDecoder('utf-8', { fatal: true }).decode(isCompressed ? gunzipSync(bytes) : bytes);
  return { status: response.status, fields, body: withoutVisitor(body) };
}

/** Ids, seconds and times of the clock; a time in words as the language has it. */
function withoutVisitor(text: string): string {
  return text
    .replace(/<code dir="ltr">[^<]*/, '<code>')
    .replace(/"request_id":"[^"]*"/, '')
    .replace(/(\[|\n\S+ )[\w:.-]+(\]?\n)$/, '$1$2')
    .replace(/<span role="timer">[^<]*/, '<span>')
    .replace(/data-seconds="\d+"|content="\d+"|"retry_after":\d+|"retry_at":"[^"]*"|\(\d+ s\)/g, '')
    .replace(/(?<=\n\n)[^\n]*UTC\)/, '')
    .replace(/\. [^.]*\. (?= \[)/, '');
}
