/** Nobody waits longer than this for the rest of a body that nobody wants. */
const PATIENCE_MS = 5_000;

/**
 * Reads a request's body away when its answer has been written. A web server that finds standard input closed closes the
 * visitor's connection while bytes are still coming in, and then the visitor gets a reset in place of the page. Bounded in
 * time: the process ends then.
 */
export async function drainBody(length: number): Promise<void> {
  if (!(length > 0)) return;
  const late = setTimeout(() => process.exit(), PATIENCE_MS);
  let left = length;
  for await (const chunk of Bun.stdin.stream()) {
    left -= chunk.length;
    if (left <= 0) break;
  }
  clearTimeout(late);
}
