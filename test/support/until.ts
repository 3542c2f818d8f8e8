/** Waits until something holds; throws when it does not within `timeoutMs`. */
export async function until(holds: () => boolean, what: string, timeoutMs = 5000): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`expected ${what} within ${timeoutMs} ms`);
    await Bun.sleep(5);
  }
}
