/**
 * The bytes of a lease, as the launcher's `struct lease` has them: numbers in the machine's order, which is little-endian wherever
 * the runtime runs, texts with a NUL at their end. Behind it the pages, one after the other.
 */
export const LEASE_FORMAT = {
  magic: 'SPWLEAS1',
  boot: { at: 8, size: 40 },
  expiresMs: 48,
  renewMs: 56,
  kind: 64,
  connectTimeoutMs: 68,
  timeoutMs: 72,
  addressBytes: 76,
  /** Set by the launcher that has the lease renewed. */
  claimed: 80,
  pages: 84,
  pageBytes: { at: 88, most: 8 },
  address: { at: 120, size: 112 },
  use: { at: 232, size: 512 },
  slots: { at: 744, size: 512 },
  counted: { at: 1256, size: 512 },
  countedSilent: { at: 1768, size: 512 },
  /** Of the whole file. */
  size: 2280,
  bytes: 2288,
} as const;

export const LEASE_KINDS = { forward: 1, shed: 2 } as const;
