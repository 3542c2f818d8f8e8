import { isIP } from 'node:net';

/** Whether a text is an address, a CIDR block, or `unix`. */
export function isTrustedProxy(text: string): boolean {
  if (text === 'unix') return true;
  const [address = '', bits, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}
