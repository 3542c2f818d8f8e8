import { BlockList, isIP } from 'node:net';
import { plainAddress } from './plain-address.ts';

/** Addresses whose word on where a request comes from counts. */
export class TrustedProxies {
  readonly #blocks = new BlockList();
  /** Whoever comes by a Unix socket, which has no address. */
  readonly unix: boolean;
  readonly #anybody: boolean;

  /** Addresses, CIDR blocks and `unix`, checked. */
  constructor(entries: readonly string[]) {
    this.unix = entries.includes('unix');
    this.#anybody = entries.some((entry) => entry !== 'unix');
    for (const entry of entries) {
      if (entry === 'unix') continue;
      const [address = '', bits] = entry.split('/');
      const version = isIP(address) === 6 ? 'ipv6' : 'ipv4';
      if (bits === undefined) this.#blocks.addAddress(address, version);
      else this.#blocks.addSubnet(address, Number(bits), version);
    }
  }

  /** An IPv4 address that is written as IPv6 counts as what it is; what is no address is not trusted. */
  has(address: string): boolean {
    if (!this.#anybody) return false;
    const plain = plainAddress(address);
    const version = isIP(plain);
    return version !== 0 && this.#blocks.check(plain, version === 6 ? 'ipv6' : 'ipv4');
  }
}
