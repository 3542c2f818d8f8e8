/**
 * The bytes of a byte string. A unit over 255 is no byte and becomes `?`: cut down to its low byte, it could turn into
 * a line end or a NUL after every check.
 */
export function byteStringBytes(text: string): Uint8Array {
  const length = text.length;
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index++) {
    const unit = text.charCodeAt(index);
    bytes[index] = unit > 255 ? 0x3f : unit;
  }
  return bytes;
}
