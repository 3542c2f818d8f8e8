/** Fields that speak of one connection and end with it, in lower case (RFC 9110, section 7.6.1). Neither requests nor answers carry them on. */
export const connectionFields = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
] as const;
