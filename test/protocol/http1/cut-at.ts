/** The bytes in pieces cut at these places, in whatever order and number they come; pieces may be empty. Each is a copy of its own. */
export function cutAt(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b);
  let from = 0;
  return [...ends, bytes.length].map((end) => {
    const piece = bytes.slice(from, end);
    from = end;
    return piece;
  });
}
