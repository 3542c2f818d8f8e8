import type { OverloadPage } from '../../src/core/overload-page.ts';
import { ACCEPT } from '../overload/accept-fields.ts';
import { viewOf } from '../support/view-of.ts';

export interface OverloadForm {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What visitors ask for, and how: every format, both intents, other languages, a range, and compressed. */
export const overloadForms: readonly OverloadForm[] = [
  { method: 'GET', headers: { Accept: ACCEPT.firefox, 'Accept-Encoding': 'identity' } },
  { method: 'GET', headers: { Accept: ACCEPT.firefox, 'Accept-Encoding': 'gzip' } },
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
  const response = await fetch(url, { method, headers });
  const fields = Object.fromEntries(FIELDS.map((name) => [name, response.headers.get(name)]));
  return { status: response.status, fields, body: withoutVisitor(await response.text()) };
}

/** What a page of this process sends. */
export function preparedAnswer(
  page: OverloadPage,
  { method, headers }: OverloadForm,
  reason: string,
): OverloadAnswer {
  const { Accept = '', 'Accept-Language': language = '' } = headers;
  const view = viewOf({ REQUEST_METHOD: method, HTTP_ACCEPT: Accept, HTTP_ACCEPT_LANGUAGE: language });
  const { head, body } = page.shed(view, 'x', 1000, { reason });
  const lines = new TextDecoder('latin1').decode(head.fields).trimEnd().split('\r\n');
  const own = new Headers(
    lines.map((line): [string, string] => [
      line.slice(0, line.indexOf(':')),
      line.slice(line.indexOf(':') + 1),
    ]),
  );
  return {
    status: head.status,
    fields: Object.fromEntries(FIELDS.map((name) => [name, own.get(name)])),
    body: method === 'HEAD' ? '' : withoutVisitor(new TextDecoder().decode(body)),
  };
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
