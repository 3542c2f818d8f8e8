/** A request body that has arrived whole: in memory where it is small, else in a file without a name. */
export type Body =
  | { readonly kind: 'memory'; readonly bytes: Uint8Array; readonly length: number }
  /** The descriptor is open for reading at offset 0; whoever holds the body closes it by `release`. */
  | { readonly kind: 'file'; readonly descriptor: number; readonly length: number; release(): void };
