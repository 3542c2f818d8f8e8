/** A path as calls of the system take it. */
export function pathBytes(path: string): Uint8Array {
  return Buffer.from(`${path}\0`);
}
