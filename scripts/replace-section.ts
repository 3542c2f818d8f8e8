/**
 * Puts `content` between the markers `<!-- NAME:begin -->` and `<!-- NAME:end -->` of a Markdown text. Nothing where the
 * text does not have both of them, in this order.
 */
export function replaceSection(text: string, name: string, content: string): string | undefined {
  const begin = `<!-- ${name}:begin -->`;
  const end = `<!-- ${name}:end -->`;
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (from < 0 || to < 0) return undefined;
  return `${text.slice(0, from + begin.length)}\n\n${content.trim()}\n\n${text.slice(to)}`;
}
