/** Safe in a header, a file name, a page, a log and an environment: nothing in it has a meaning anywhere. */
const SAFE = /^(?!\.\.?$)[A-Za-z0-9._-]{1,128}$/;

/** The id that a front server gave a request, or nothing where it is not of the form that may go everywhere. */
export function safeRequestId(value: string | undefined): string | undefined {
  return value !== undefined && SAFE.test(value) ? value : undefined;
}
