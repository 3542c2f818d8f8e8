import { documents } from './documents.ts';

/** The fenced block between the comments `NAME:begin` and `NAME:end`, which one document has. */
export function documented(name: string): string {
  const marked = new RegExp(`<!-- ${name}:begin -->\\s+\`\`\`\\w+\\n([^]*?)\`\`\`\\s+<!-- ${name}:end -->`);
  const blocks = [...documents.values()].flatMap((text) => marked.exec(text)?.[1] ?? []);
  const [block] = blocks;
  if (block === undefined || blocks.length > 1)
    throw new Error(`expected one document with a block ${name}, found ${blocks.length}`);
  return block;
}
