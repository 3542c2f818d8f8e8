/** Bytes that follow from an id: whoever has the id can tell whether they came whole and in order. */
export function bytesFor(id: string, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let state = 0;
  for (let at = 0; at < id.length; at++) state = (Math.imul(state, 31) + id.charCodeAt(at)) | 0;
  const words = new Uint32Array(bytes.buffer, 0, size >> 2);
  for (let at = 0; at < words.length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    words[at] = state;
  }
  return bytes;
}
