/**
 * What a policy, a log or a backend may read of a request: the meta-variables of RFC 3875, section 4.1, made only
 * when asked for. Values are byte strings: one UTF-16 unit (0-255) for each byte on the wire.
 */
export interface View {
  /** The value of one variable (`REQUEST_METHOD`, `HTTP_COOKIE`), or nothing where the request has none. */
  meta(name: string): string | undefined;
  /** Every variable, each name once. Costs what building them all costs: for backends, not for policies. */
  entries(): Iterable<readonly [name: string, value: string]>;
}
