/** An IPv4 visitor of a socket that also takes IPv6 is named as IPv4, as operators write it. */
export function plainAddress(address: string | undefined): string {
  return address === undefined || address === '' ? '127.0.0.1' : address.replace(/^::ffff:/, '');
}
