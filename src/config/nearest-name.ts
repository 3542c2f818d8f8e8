/** The one of `names` that was most likely meant by `written`; nothing where none is near. */
export function nearestName(written: string, names: Iterable<string>): string | undefined {
  const plain = normalised(written);
  // A third of the letters may be wrong: less misses real slips, more suggests strangers.
  let best = Math.max(1, Math.floor(plain.length / 3)) + 1;
  let nearest: string | undefined;
  for (const name of names) {
    const known = normalised(name);
    const distance = isShortened(plain, known) ? 1 : editDistance(plain, known, best);
    if (distance < best) {
      best = distance;
      nearest = name;
    }
  }
  return nearest;
}

/** `maxBody`, `max-body` and `MAX_BODY` are the same slip. */
function normalised(name: string): string {
  return name.slice(0, 64).toLowerCase().replace(/[-_ ]/g, '');
}

/** `warning` for `warn`, `env` for `environment`. */
function isShortened(a: string, b: string): boolean {
  return a !== b && Math.min(a.length, b.length) >= 3 && (a.startsWith(b) || b.startsWith(a));
}

/** Levenshtein's distance with transpositions of neighbours (optimal string alignment), at most `bound`. */
function editDistance(a: string, b: string, bound: number): number {
  if (Math.abs(a.length - b.length) >= bound) return bound;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, at(beforeLast, j - 2) + 1);
      }
      row.push(least);
    }
    beforeLast = last;
    last = row;
  }
  return Math.min(bound, at(last, b.length));
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
