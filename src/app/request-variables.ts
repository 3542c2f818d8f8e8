import type { View } from '../core/view.ts';

/** The meta-variables of a request but for its header fields: REMOTE_ADDR, REMOTE_USER, SCRIPT_NAME … Byte strings. */
export type RequestVariables = Readonly<Record<string, string>>;

/** Meta-variables of RFC 3875 and of the common servers. The environment of a CGI program has others, which are not of the request. */
const OF_REQUEST =
  /^(?:AUTH_TYPE|CONTENT_(?:LENGTH|TYPE)|DOCUMENT_(?:ROOT|URI)|GATEWAY_INTERFACE|HTTPS|PATH_(?:INFO|TRANSLATED)|QUERY_STRING|REQUEST_[A-Z]+|SCRIPT_(?:NAME|FILENAME)|UNIQUE_ID|(?:REMOTE|SERVER|SSL|REDIRECT|GEOIP|OIDC_CLAIM|MELLON)_[A-Za-z0-9_]+)$/;

export function requestVariables(view: View): RequestVariables {
  const variables: Record<string, string> = {};
  for (const [name, value] of view.entries()) if (OF_REQUEST.test(name)) variables[name] = value;
  return variables;
}
