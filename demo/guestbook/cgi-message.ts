/** A request as RFC 3875 gives it, however it came. */
export interface CgiRequest {
  /** A meta-variable; nothing where the request has none. */
  readonly meta: (name: string) => string | undefined;
  readonly body: Uint8Array;
}

export interface CgiResponse {
  readonly status: number;
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** Left out in answers to HEAD. */
  readonly body: string;
}

/** The bytes of a CGI response (RFC 3875, section 6). */
export function encodeCgiResponse({ status, fields, body }: CgiResponse): Uint8Array {
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`Status: ${status}\r\n${lines.join('')}\r\n${body}`);
}
