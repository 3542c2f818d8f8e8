/** A text in which `*` stands for anything: what stands between the `*`s. */
export type Pattern = readonly string[];

export function patternOf(text: string): Pattern {
  return text.split('*');
}

export function matchesAny(patterns: readonly Pattern[], text: string): boolean {
  for (const pattern of patterns) if (matches(pattern, text)) return true;
  return false;
}

/** In time that grows with the text alone: each part is looked for once, behind the one before. */
export function matches(pattern: Pattern, text: string): boolean {
  const [first = ''] = pattern;
  if (pattern.length === 1) return text === first;
  const last = pattern.at(-1) ?? '';
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last))
    return false;
  const end = text.length - last.length;
  let at = first.length;
  for (let part = 1; part < pattern.length - 1; part += 1) {
    const wanted = pattern[part] ?? '';
    const found = text.indexOf(wanted, at);
    if (found < 0 || found + wanted.length > end) return false;
    at = found + wanted.length;
  }
  return true;
}
