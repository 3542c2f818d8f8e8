import type { Address } from '../config/configuration.ts';

/** One conversation with the daemon at one of several addresses. */
export interface AddressLease {
  readonly address: Address;
  /** A connection was made. */
  reached(): void;
  /** None could be made. */
  unreachable(): void;
  /** The conversation is over, or there was none. Once. */
  release(): void;
}

/** Where the daemons of an application listen, and which of them is to have the next request. */
export interface AddressPool {
  readonly kind: 'pool';
  readonly addresses: readonly Address[];
  /** The best one that is not among `tried`; nothing where there is none. */
  take(tried: readonly Address[]): AddressLease | undefined;
}

/** The one address of one daemon. */
export function onlyAddress(address: Address): AddressPool {
  const lease: AddressLease = { address, reached() {}, unreachable() {}, release() {} };
  return {
    kind: 'pool',
    addresses: [address],
    take: (tried) => (tried.includes(address) ? undefined : lease),
  };
}
