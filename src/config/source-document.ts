import { isAlias, isScalar } from 'yaml';
import type { Fault, Place } from '../core/fault.ts';
import { formatKeyPath, type KeyPath } from './key-path.ts';
import { type ParsedYaml, parseYaml, placeOf } from './parse-yaml.ts';
import { child, startOf } from './yaml-nodes.ts';

/** A configuration file as plain values, and as places for faults. */
export class SourceDocument {
  /** Absolute path. */
  readonly file: string;
  readonly #text: string;
  readonly #yaml: ParsedYaml;

  constructor(file: string, text: string) {
    this.file = file;
    this.#text = text;
    this.#yaml = parseYaml(file, text);
  }

  /** What is wrong with it as YAML. */
  get faults(): readonly Fault[] {
    return this.#yaml.faults;
  }

  get value(): unknown {
    return this.#yaml.value;
  }

  /**
   * Where the value at `path` is, or its key; where the file has no such place, the key of the nearest one above it. What
   * a merge key brings in has its place there.
   */
  place(path: KeyPath, part: 'key' | 'value' = 'value'): Place {
    const key = formatKeyPath(path);
    const { document, lines } = this.#yaml;
    let node: unknown = document?.contents;
    let offset = startOf(node);
    for (const [depth, step] of path.entries()) {
      const next = child(this.#resolved(node), step);
      if (next === undefined) break;
      node = next.value;
      const isWhole = depth === path.length - 1 && part === 'value';
      offset = (isWhole ? (startOf(node) ?? next.at) : next.at) ?? offset;
    }
    return { ...placeOf(this.file, lines, offset ?? 0), ...(key === '' ? {} : { key }) };
  }

  /**
   * The place of a line and a column of the text at `path`. Exact for what is written as a block (`|`) or in one line; for what is folded or has
   * escapes, where the text begins.
   */
  placeInText(path: KeyPath, at: { readonly line: number; readonly column: number }): Place {
    const place = this.place(path);
    const { document, lines } = this.#yaml;
    let node: unknown = document?.contents;
    for (const step of path) node = child(this.#resolved(node), step)?.value;
    node = this.#resolved(node);
    if (!isScalar(node) || place.line === undefined || place.column === undefined) return place;
    if (node.type === 'BLOCK_LITERAL') {
      const line = place.line + at.line;
      const start = lines.lineStarts[line - 1] ?? 0;
      const [indent = ''] = /^ */.exec(this.#text.slice(start)) ?? [];
      return { ...place, line, column: indent.length + at.column };
    }
    const isOneLine = at.line === 1 && node.source !== undefined && !/[\\\n]|''/.test(node.source);
    if (!isOneLine || node.type === 'BLOCK_FOLDED') return place;
    const quote = node.type === 'PLAIN' ? 0 : 1;
    return { ...place, column: place.column + quote + at.column - 1 };
  }

  #resolved(node: unknown): unknown {
    const { document } = this.#yaml;
    return isAlias(node) && document !== undefined ? node.resolve(document) : node;
  }
}
