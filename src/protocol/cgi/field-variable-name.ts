import { connectionFields } from '../connection-fields.ts';

/**
 * Fields that never become a variable, in lower case:
 * - `proxy`: HTTP_PROXY is where libraries look for their proxy's address (httpoxy, CVE-2016-5385).
 * - the others speak of the visitor's connection, which ends at the gateway (RFC 9110, section 7.6.1): the program gets
 *   a body of known length, and the gateway itself has answered Expect.
 */
const WITHHELD: readonly string[] = ['proxy', ...connectionFields, 'expect'];

/** What browsers, search engines, tools and front servers send with almost every request. */
const USUAL = [
  'Accept',
  'Accept-Charset',
  'Accept-Encoding',
  'Accept-Language',
  'Authorization',
  'Cache-Control',
  'Content-Encoding',
  'Content-Length',
  'Content-Type',
  'Cookie',
  'DNT',
  'Forwarded',
  'From',
  'Git-Protocol',
  'Host',
  'If-Match',
  'If-Modified-Since',
  'If-None-Match',
  'If-Range',
  'If-Unmodified-Since',
  'Origin',
  'Pragma',
  'Priority',
  'Range',
  'Referer',
  'Sec-CH-UA',
  'Sec-CH-UA-Mobile',
  'Sec-CH-UA-Platform',
  'Sec-Fetch-Dest',
  'Sec-Fetch-Mode',
  'Sec-Fetch-Site',
  'Sec-Fetch-User',
  'Sec-GPC',
  'Upgrade-Insecure-Requests',
  'User-Agent',
  'Via',
  'X-Forwarded-For',
  'X-Forwarded-Host',
  'X-Forwarded-Port',
  'X-Forwarded-Proto',
  'X-Real-IP',
  'X-Requested-With',
];

/** Known beforehand, as written above and in lower case, so that nothing is computed and nothing can fill up. */
const KNOWN: ReadonlyMap<string, string | undefined> = new Map(
  USUAL.concat(WITHHELD).flatMap((name) => [
    [name, variableName(name)],
    [name.toLowerCase(), variableName(name)],
  ]),
);

/**
 * The variable that carries a request field (RFC 3875, sections 4.1.2, 4.1.3, 4.1.18), or nothing where no program may
 * see it. Authorization does pass, although servers may withhold it (section 4.1.18): programs such as repository
 * browsers check passwords by themselves.
 *
 * Nothing, too, for a name with anything but letters, digits and hyphens: `X_Foo` and `X.Foo` would become the same
 * variable as `X-Foo`, and one visitor's field could pass for what a front server has set.
 */
export function fieldVariableName(name: string): string | undefined {
  const known = KNOWN.get(name);
  return known !== undefined || KNOWN.has(name) ? known : variableName(name);
}

function variableName(name: string): string | undefined {
  if (!/^[A-Za-z0-9-]+$/.test(name) || WITHHELD.includes(name.toLowerCase())) return undefined;
  const upper = name.toUpperCase().replaceAll('-', '_');
  return upper === 'CONTENT_TYPE' || upper === 'CONTENT_LENGTH' ? upper : `HTTP_${upper}`;
}
