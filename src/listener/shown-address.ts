import type { Address } from '../config/configuration.ts';

/** An address as operators write it, with the port that was really taken. */
export function shownAddress(scheme: string, address: Address, port: number): string {
  if (address.kind === 'unix') return `${scheme === 'scgi' ? 'scgi:' : ''}unix:${address.path}`;
  return `${scheme}://${address.host.includes(':') ? `[${address.host}]` : address.host}:${port}`;
}
