/**
 * Keeps the processor busy for so many milliseconds, as applications do that render a wiki page or search a tracker. A guest
 * book alone is too quick for a small flood to be one.
 */
export function computeFor(workMs: number): void {
  const endMs = performance.now() + workMs;
  while (performance.now() < endMs);
}
