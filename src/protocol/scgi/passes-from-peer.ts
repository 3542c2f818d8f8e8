import { fieldVariableName } from '../cgi/field-variable-name.ts';

/** Meta-variables of RFC 3875 and those that the common servers add. Those of the route are the gateway's own. */
const NAMES: ReadonlySet<string> = new Set([
  'AUTH_TYPE',
  'CONTENT_LENGTH',
  'CONTENT_TYPE',
  'DOCUMENT_URI',
  'HTTPS',
  'QUERY_STRING',
  'REQUEST_METHOD',
  'REQUEST_SCHEME',
  'REQUEST_URI',
]);
const FAMILIES = /^(?:REMOTE|SERVER|SSL|REDIRECT|GEOIP|OIDC_CLAIM|MELLON)_[A-Z0-9_]+$/i;
const FIELD = /^HTTP_([A-Z0-9_]+)$/;

/**
 * Whether a variable of an SCGI peer may go on to a program: its environment is made from this list. Front servers do
 * send others: Apache its own PATH, and whoever may connect could set LD_PRELOAD.
 *
 * Fields that no program may see are left out as where HTTP comes in by itself, and so are HTTP_CONTENT_LENGTH and
 * HTTP_CONTENT_TYPE, which say again what the variables without HTTP_ say.
 */
export function passesFromPeer(name: string): boolean {
  if (NAMES.has(name)) return true;
  const field = FIELD.exec(name)?.[1];
  if (field === undefined) return FAMILIES.test(name);
  return fieldVariableName(field.replaceAll('_', '-')) === name;
}
