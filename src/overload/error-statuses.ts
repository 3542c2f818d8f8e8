/** The statuses with a page of their own, and the title that RFC 9457 (section 4.2.1) asks for: the phrase of RFC 9110. */
export const ERROR_STATUSES = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  411: 'Length Required',
  413: 'Content Too Large',
  414: 'URI Too Long',
  417: 'Expectation Failed',
  421: 'Misdirected Request',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
  505: 'HTTP Version Not Supported',
} as const;

export type ErrorStatus = keyof typeof ERROR_STATUSES;

export function isErrorStatus(status: number): status is ErrorStatus {
  return Object.hasOwn(ERROR_STATUSES, status);
}
