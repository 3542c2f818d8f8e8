import type { ExchangeRecord } from '../core/observer.ts';

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
/** Where the visitor left before there was an answer: nginx's number for it, since programs that read logs want one. */
const VISITOR_LEFT = 499;
/** What may not stand in a line as it is. */
const UNSAFE = /[^\x20\x21\x23-\x5b\x5d-\x7e]/g;
const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

/**
 * The combined form of NCSA's common log format, with the escapes of Apache (mod_log_config):
 * `192.0.2.7 - - [02/Jan/2030:03:04:05 +0000] "GET / HTTP/1.1" 200 5123 "-" "curl/8"`. `wallMs` is the arrival,
 * milliseconds since 1970; times are UTC.
 */
export function combinedLine({ view, status, bytesOut }: ExchangeRecord, wallMs: number): string {
  const field = (name: string): string => {
    const value = view.meta(name);
    return value === undefined ? '-' : escaped(value);
  };
  const user = field('REMOTE_USER');
  const request = `${field('REQUEST_METHOD')} ${field('REQUEST_URI')} ${field('SERVER_PROTOCOL')}`;
  return [
    field('REMOTE_ADDR'),
    '-',
    user === '' ? '""' : user,
    `[${timeText(wallMs)}]`,
    `"${request}"`,
    status === 0 ? VISITOR_LEFT : status,
    bytesOut === 0 ? '-' : bytesOut,
    `"${field('HTTP_REFERER')}"`,
    `"${field('HTTP_USER_AGENT')}"\n`,
  ].join(' ');
}

function timeText(wallMs: number): string {
  const [date = '', time = ''] = new Date(wallMs).toISOString().split('T');
  const [year = '', month, day = ''] = date.split('-');
  return `${day}/${MONTHS[Number(month) - 1]}/${year}:${time.slice(0, 8)} +0000`;
}

function escaped(value: string): string {
  return value.replace(
    UNSAFE,
    (unit) => SHORT[unit] ?? `\\x${unit.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
