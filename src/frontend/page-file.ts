import type { HoleName, REASON_HOLES } from '../overload/holes.ts';
import type { TextOrigin } from '../overload/rendered-overload-page.ts';
import type { PageShelf, RenderedPage, RenderedPages, RenderedWords } from '../overload/rendered-pages.ts';
import type { FilledText } from '../overload/spliced-text.ts';
import { PackedText } from './packed-text.ts';

/** From which byte to before which, behind the first line. */
export type ByteRange = readonly [from: number, to: number];

/** The first line of a file of prepared pages: where each thing is. */
export interface PageFileHead extends Pick<RenderedPages, 'languages' | 'rules'> {
  readonly shared: readonly { readonly text: ByteRange; readonly blocks: ByteRange }[];
  /** By `pageKey`: a `KeptPage` as JSON. */
  readonly pages: Readonly<Record<string, ByteRange>>;
  /** By language: `RenderedWords` as JSON. */
  readonly words: Readonly<Record<string, ByteRange>>;
}

export interface KeptPage {
  readonly page: RenderedPage;
  /** Nothing where the page is never compressed. */
  readonly packed?: readonly PackedPart[];
}

/** Of a page, compressed: blocks that are always the same, what all pages have in common (its place there), or what goes into a hole. */
export type PackedPart = ByteRange | number | HoleName | keyof typeof REASON_HOLES;

const NEWLINE = 0x0a;

/** The prepared pages of a one-shot frontend. A request needs one of them: the others are not looked at. */
export class PageFile implements PageShelf {
  readonly languages: readonly string[];
  readonly rules: PageShelf['rules'];
  readonly shared: readonly string[];
  readonly #head: PageFileHead;
  readonly #data: Buffer;
  readonly #pages = new Map<string, KeptPage>();
  readonly #words = new Map<string, RenderedWords>();

  /** `bytes`: of the whole file, and nobody else's. */
  constructor(bytes: Buffer) {
    const end = bytes.indexOf(NEWLINE);
    this.#head = JSON.parse(bytes.toString('utf8', 0, end)) as PageFileHead;
    this.#data = bytes.subarray(end + 1);
    this.languages = this.#head.languages;
    this.rules = this.#head.rules;
    this.shared = this.#head.shared.map(({ text: [from, to] }) => this.#data.toString('utf8', from, to));
  }

  page(key: string): RenderedPage | undefined {
    return this.#kept(key)?.page;
  }

  words(language: string): RenderedWords | undefined {
    return this.#read(this.#words, this.#head.words, language);
  }

  /** The text as a gzip file, put together of what was compressed when the frontend was made. */
  compress(text: string, { key, known }: TextOrigin): FilledText {
    const blocks = ([from, to]: ByteRange): Buffer => this.#data.subarray(from, to);
    const parts = (this.#kept(key)?.packed ?? []).map((part) => {
      if (typeof part === 'number') return blocks(this.#head.shared[part]?.blocks ?? [0, 0]);
      if (typeof part !== 'string') return blocks(part);
      return part in known ? { value: known[part as keyof typeof known] } : { hole: part as HoleName };
    });
    return new PackedText(text, parts);
  }

  #kept(key: string): KeptPage | undefined {
    return this.#read(this.#pages, this.#head.pages, key);
  }

  #read<Value>(
    known: Map<string, Value>,
    places: Readonly<Record<string, ByteRange>>,
    key: string,
  ): Value | undefined {
    const place = places[key];
    let value = known.get(key);
    if (value !== undefined || place === undefined) return value;
    value = JSON.parse(this.#data.toString('utf8', place[0], place[1])) as Value;
    known.set(key, value);
    return value;
  }
}
