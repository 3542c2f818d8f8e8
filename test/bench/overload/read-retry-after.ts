/** Retry-After of a head in milliseconds (RFC 9110, section 10.2.3); nothing where there is none, or it is a date. */
export function readRetryAfter(head: string): number | undefined {
  const [, seconds] = /\r\nretry-after:[ \t]*(\d{1,9})[ \t]*\r\n/i.exec(head) ?? [];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}
