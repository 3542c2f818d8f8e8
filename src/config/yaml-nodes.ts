import { isMap, isPair, isScalar, isSeq } from 'yaml';

/** Where the node begins, as an offset in the text. */
export function startOf(node: unknown): number | undefined {
  const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined;
  const start: unknown = Array.isArray(range) ? range[0] : undefined;
  return typeof start === 'number' ? start : undefined;
}

/** The name that a key has in plain values; nothing for keys that are no scalars. */
export function keyOf(key: unknown): string | undefined {
  if (!isScalar(key)) return undefined;
  return key.value === null ? '' : String(key.value);
}

/** One step down from a map or a list, and where that entry begins. */
export function child(
  node: unknown,
  step: string | number,
): { readonly at: number | undefined; readonly value: unknown } | undefined {
  if (isSeq(node)) {
    const item = typeof step === 'number' ? node.items[step] : undefined;
    return item === undefined ? undefined : { at: startOf(item), value: item };
  }
  if (!isMap(node)) return undefined;
  // The last one counts where a key is there twice.
  const pair = node.items.findLast((item) => isPair(item) && keyOf(item.key) === String(step));
  return pair === undefined ? undefined : { at: startOf(pair.key), value: pair.value };
}
