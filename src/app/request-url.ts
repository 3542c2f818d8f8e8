import type { View } from '../core/view.ts';

/** What means something in a target that is not encoded yet: of the path that PATH_INFO gives. */
const IN_DECODED_PATH = /[^A-Za-z0-9/._~!$&'()*+,;=:@-]/g;
/** What no target may have on the wire; URL parsers would read it as UTF-8, as a fragment or, a backslash, as a slash. */
const NOT_IN_TARGET = /[^\x21-\x7e]|[#\\]/g;
const HOST = /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~!$&'()*+,;=%-]+)(?::[0-9]{0,5})?$/;
const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?]*/;

/**
 * The URL that the visitor asked for, with its whole path: SCRIPT_NAME, where the application is mounted, is a part of it. As raw as the
 * front server gives it (REQUEST_URI), else put together from SCRIPT_NAME, PATH_INFO and QUERY_STRING (RFC 3875, section 4.1).
 * Nothing where it would be no URL: `new URL` takes whatever is returned here.
 */
export function requestUrl(view: View): string | undefined {
  const scheme = /^(?:on|1|https)$/i.test(view.meta('HTTPS') ?? view.meta('REQUEST_SCHEME') ?? '')
    ? 'https'
    : 'http';
  const host = hostOf(view, scheme);
  // Parsers would take the target for the host.
  if (host === '') return undefined;
  const url = `${scheme}://${host}${targetOf(view)}`;
  return URL.canParse(url) ? url : undefined;
}

/** Empty where it is none. */
function hostOf(view: View, scheme: 'http' | 'https'): string {
  const host = view.meta('HTTP_HOST');
  if (host) return HOST.test(host) ? host : '';
  const name = view.meta('SERVER_NAME') || 'localhost';
  const bracketed = name.includes(':') && !name.startsWith('[') ? `[${name}]` : name;
  const port = view.meta('SERVER_PORT') || '';
  const isUsual = port === '' || port === (scheme === 'https' ? '443' : '80');
  const whole = isUsual ? bracketed : `${bracketed}:${port}`;
  return HOST.test(whole) ? whole : '';
}

function targetOf(view: View): string {
  const asked = (view.meta('REQUEST_URI') ?? '').replace(ABSOLUTE, '');
  if (asked === '*') return '/';
  if (asked !== '') return asEncoded(asked.startsWith('/') ? asked : `/${asked}`);
  const path = (view.meta('SCRIPT_NAME') ?? '') + (view.meta('PATH_INFO') ?? '');
  const query = view.meta('QUERY_STRING') ?? '';
  const encoded = path.replace(IN_DECODED_PATH, percentEncoded);
  return `${encoded.startsWith('/') ? '' : '/'}${encoded}${query === '' ? '' : `?${asEncoded(query)}`}`;
}

function asEncoded(target: string): string {
  return target.replace(NOT_IN_TARGET, percentEncoded);
}

function percentEncoded(unit: string): string {
  return `%${unit.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
