import { deflatedBlocks } from '../overload/deflated-blocks.ts';
import { HOLES, type HoleName, REASON_HOLES, SHARED_HOLES } from '../overload/holes.ts';
import type { RenderedPages } from '../overload/rendered-pages.ts';
import type { ByteRange, KeptPage, PackedPart, PageFileHead } from './page-file.ts';

const AT_HOLES = /([\uFDD0-\uFDEF])/;
const PARTS = new Map<string, PackedPart>([
  ...Object.entries({ ...HOLES, ...REASON_HOLES }).map(
    ([name, hole]) => [hole as string, name as HoleName | keyof typeof REASON_HOLES] as const,
  ),
  ...SHARED_HOLES.map((hole, index) => [hole as string, index] as const),
]);

/**
 * The file of prepared pages of a one-shot frontend: a line of JSON that says where each thing is, and the things: pages and words as JSON each, and
 * of the HTML pages what is always the same compressed, once for all pages that have it.
 */
export function encodePageFile({ languages, rules, shared, pages, words }: RenderedPages): Uint8Array {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const add = (bytes: Uint8Array): ByteRange => {
    const from = length;
    chunks.push(bytes);
    length += bytes.length;
    return [from, length];
  };
  const addText = (text: string): ByteRange => add(Buffer.from(text));
  const known = new Map<string, ByteRange>();
  const addBlocks = (text: string): ByteRange => {
    const range = known.get(text) ?? add(deflatedBlocks(Buffer.from(text)));
    known.set(text, range);
    return range;
  };
  const pack = (text: string): PackedPart[] =>
    text
      .split(AT_HOLES)
      .filter((part) => part !== '')
      .map((part) => PARTS.get(part) ?? addBlocks(part));
  const keep = (key: string): string => {
    const page = pages[key] ?? { text: '' };
    const kept: KeptPage = { page, ...(key.split(' ')[1] === 'html' && { packed: pack(page.text) }) };
    return JSON.stringify(kept);
  };
  const head: PageFileHead = {
    languages,
    rules,
    shared: shared.map((text) => ({ text: addText(text), blocks: addBlocks(text) })),
    pages: Object.fromEntries(Object.keys(pages).map((key) => [key, addText(keep(key))])),
    words: Object.fromEntries(
      Object.entries(words).map(([language, said]) => [language, addText(JSON.stringify(said))]),
    ),
  };
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), ...chunks]);
}
