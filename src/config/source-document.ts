import { isAlias } from 'yaml';
import type { Fault, Place } from '../core/fault.ts';
import { formatKeyPath, type KeyPath } from './key-path.ts';
import { type ParsedYaml, parseYaml, placeOf } from './parse-yaml.ts';
import { child, startOf } from './yaml-nodes.ts';

/** A configuration file as plain values, and as places for faults. */
export class SourceDocument {
  /** Absolute path. */
  readonly file: string;
  readonly #yaml: ParsedYaml;

  constructor(file: string, text: string) {
    this.file = file;
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

  #resolved(node: unknown): unknown {
    const { document } = this.#yaml;
    return isAlias(node) && document !== undefined ? node.resolve(document) : node;
  }
}
