/**
 * Remembers what `compute` gave for a string. Forgets everything when `limit` strings are known: visitors choose the
 * strings, so the memory must be bounded, and the few that browsers really send are known again at once.
 */
export function boundedMemo<Value>(limit: number, compute: (key: string) => Value): (key: string) => Value {
  const known = new Map<string, Value>();
  return (key) => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const value = compute(key);
    if (known.size >= limit) known.clear();
    known.set(key, value);
    return value;
  };
}
