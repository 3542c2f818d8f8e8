/**
 * Line and column, from 1, of a key such as `parameters.most.default` in the text of a policy: each part is looked for behind the one before.
 * A guess, as good as a search in an editor; where a part is missing, the part before it, and the export at last.
 */
export function placeOfKey(
  text: string,
  key: string | undefined,
): { readonly line: number; readonly column: number } {
  let at = Math.max(0, text.search(/^export\s+default\b/m));
  let found = at;
  // Parameters are often declared above the export.
  const declared = key?.startsWith('parameters.') === true ? text.search(/\bparameters\s*[:=]/) : -1;
  if (declared >= 0 && declared < at) at = declared;
  for (const part of key?.split('.') ?? []) {
    const match = new RegExp(`(?<![\\w.])['"]?${part.replace(/\W/g, '\\$&')}['"]?\\s*[:=(,}]`).exec(
      text.slice(at),
    );
    if (match === null) break;
    found = at + match.index;
    at = found + part.length;
  }
  const before = text.slice(0, found).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}
