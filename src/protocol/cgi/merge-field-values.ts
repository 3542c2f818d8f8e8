/**
 * One value for a request field that was sent more than once, since a variable exists once (RFC 3875, section 4.1.18).
 * Cookie pairs are parted by semicolons (RFC 9113, section 8.2.3); for every other field a repeat means a list
 * (RFC 9110, section 5.3).
 *
 * @param variable the name of the variable: `HTTP_COOKIE`, `HTTP_ACCEPT`
 */
export function mergeFieldValues(variable: string, earlier: string, later: string): string {
  return earlier + (variable === 'HTTP_COOKIE' ? '; ' : ', ') + later;
}
