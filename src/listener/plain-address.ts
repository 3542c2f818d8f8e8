const MAPPED = /^(?:0{0,4}:){0,5}:?ffff:(?:(\d{1,3}(?:\.\d{1,3}){3})|([0-9a-f]{1,4}):([0-9a-f]{1,4}))$/i;

/**
 * An IPv4 visitor of a socket that also takes IPv6 is named as IPv4, as operators write it; who has no address, as this
 * machine.
 */
export function plainAddress(address: string | undefined): string {
  if (address === undefined || address === '') return '127.0.0.1';
  if (!address.includes(':')) return address;
  const [, dotted, high = '', low = ''] = MAPPED.exec(address) ?? [undefined, ''];
  if (dotted === '') return address;
  if (dotted !== undefined) return dotted;
  const bytes = [high, low].flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 255];
  });
  return bytes.join('.');
}
