/** Up to here a copy is made inside the heap of the engine, for a few nanoseconds. */
const smallBytes = 512;

/**
 * The bytes of `chunk` from `from` on. A few of them as a copy: a view costs more than a microsecond, since it makes the engine give
 * the chunk a buffer that both can share, and keeps the whole chunk alive.
 */
export function bytesBehind(chunk: Uint8Array, from: number): Uint8Array {
  if (chunk.length - from > smallBytes) return chunk.subarray(from);
  // A Buffer's own `slice` would be a view.
  return Uint8Array.prototype.slice.call(chunk, from);
}
