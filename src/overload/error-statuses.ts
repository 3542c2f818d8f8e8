/** The statuses with a page of their own. */
export const ERROR_STATUSES = [
  400, 403, 404, 405, 408, 411, 413, 414, 417, 421, 429, 431, 500, 501, 502, 503, 504, 505,
] as const;

export type ErrorStatus = (typeof ERROR_STATUSES)[number];

export function isErrorStatus(status: number): status is ErrorStatus {
  return (ERROR_STATUSES as readonly number[]).includes(status);
}
