/** The bytes in pieces of their own memory, cut at the given offsets (in any order; those outside are left out). */
export function cutIntoChunks(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const inside = [...new Set(cuts)].filter((cut) => cut > 0 && cut < bytes.length).sort((a, b) => a - b);
  const edges = [0, ...inside, bytes.length];
  return edges.slice(1).map((edge, index) => bytes.slice(edges[index], edge));
}
