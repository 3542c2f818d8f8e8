/** Bounds on what a chunked body carries beside its data. Sizes are bytes. */
export interface ChunkedLimits {
  /** Extensions of one chunk. Those of all chunks together may be as much as 16 such more than the data. */
  readonly maxExtensionBytes: number;
  /** The whole trailer section. */
  readonly maxTrailerBytes: number;
}

/** Signed uploads carry about 100 bytes of extension a chunk; trailers are checksums, if there are any. */
export const DEFAULT_CHUNKED_LIMITS: ChunkedLimits = { maxExtensionBytes: 1024, maxTrailerBytes: 8192 };
