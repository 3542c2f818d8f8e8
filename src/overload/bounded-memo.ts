/**
 * Remembers what `compute` gave for a key. Forgets everything when `limit` keys are known: visitors choose the
 * keys, so the memory must be bounded, and the few that browsers really send are known again at once.
 */
export function boundedMemo<Value extends {}, Key extends string | number = string>(
  limit: number,
  compute: (key: Key) => Value,
): (key: Key) => Value {
  const known = new Map<Key, Value>();
  return (key) => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const value = compute(key);
    if (known.size >= limit) known.clear();
    known.set(key, value);
    return value;
  };
}
