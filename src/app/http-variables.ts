import type { RequestVariables } from './request-variables.ts';

/** What a gateway would say of this request: the application is mounted at the root. */
export function httpVariables(request: Request, remoteAddress: string): RequestVariables {
  const { pathname, search, hostname, port, protocol } = new URL(request.url);
  const isTls = protocol === 'https:';
  return {
    REMOTE_ADDR: remoteAddress,
    REQUEST_METHOD: request.method,
    REQUEST_URI: pathname + search,
    QUERY_STRING: search.slice(1),
    SCRIPT_NAME: '',
    PATH_INFO: decoded(pathname),
    SERVER_NAME: hostname,
    SERVER_PORT: port || (isTls ? '443' : '80'),
    SERVER_PROTOCOL: 'HTTP/1.1',
    ...(isTls ? { HTTPS: 'on' } : {}),
  };
}

/** To a byte string. */
function decoded(path: string): string {
  return path.replace(/%([0-9A-Fa-f]{2})/g, (_, digits) => String.fromCharCode(Number.parseInt(digits, 16)));
}
