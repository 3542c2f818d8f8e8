import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  visit,
} from 'yaml';
import { Fault, type Place } from '../core/fault.ts';
import { formatKeyPath, type KeyPath } from './key-path.ts';
import { child, keyOf, startOf } from './yaml-nodes.ts';

export interface ParsedYaml {
  readonly document: Document | undefined;
  /** Plain values, variables of an environment as they are written; nothing where the text is broken. */
  readonly value: unknown;
  readonly lines: LineCounter;
  /** `config/syntax`: the text is broken; `config/duplicate-key`: all of it can be read, the last one counts. */
  readonly faults: readonly Fault[];
}

/** How often aliases may stand for something: far from what anybody needs, and from what fills the memory. */
const MOST_ALIASES = 1000;

/** One slip may break every line after it. */
const MOST_FAULTS = 20;

/** Reads YAML 1.2 with merge keys (`<<`). Never throws. */
export function parseYaml(file: string, text: string): ParsedYaml {
  const lines = new LineCounter();
  const faults: Fault[] = [];
  const placeAt = (offset: number) => placeOf(file, lines, offset);
  const broken = (message: string, place: Place) => faults.push(new Fault('config/syntax', message, place));
  try {
    const documents = parseDocuments(text, lines);
    const [document, second] = documents;
    for (const { errors, warnings } of documents) {
      for (const { code, message, pos } of [...errors, ...warnings].slice(0, MOST_FAULTS)) {
        if (code === 'DUPLICATE_KEY') faults.push(duplicateKey(document, pos[0], placeAt(pos[0])));
        else broken(`expected YAML, found: ${lowerCased(message)}${advice(text, pos[0])}`, placeAt(pos[0]));
      }
    }
    if (second !== undefined) {
      const offset = startOf(second.contents) ?? startOf(second) ?? 0;
      broken('expected one YAML document, found another: one --- is enough', placeAt(offset));
    }
    for (const offset of danglingAliases(document)) {
      broken(
        'expected an alias of an anchor above it, found none of that name: define it with &',
        placeAt(offset),
      );
    }
    if (document === undefined || faults.some(({ code }) => code === 'config/syntax')) {
      return { document, value: undefined, lines, faults };
    }
    keepEnvironmentAsWritten(document);
    return { document, value: document.toJS({ maxAliasCount: MOST_ALIASES }), lines, faults };
  } catch (error) {
    // Aliases without end, or nesting without end.
    const message = error instanceof Error ? error.message : String(error);
    broken(`expected YAML that can be read, found: ${lowerCased(message)}`, { file });
    return { document: undefined, value: undefined, lines, faults };
  }
}

/** The place of an offset in the text of `file`. */
export function placeOf(file: string, lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return line === 0 ? { file } : { file, line, column: col };
}

function parseDocuments(text: string, lineCounter: LineCounter): readonly Document[] {
  const parsed = parseAllDocuments(text, {
    lineCounter,
    prettyErrors: false,
    merge: true,
    logLevel: 'silent',
  });
  return Array.isArray(parsed) ? parsed : [];
}

function duplicateKey(document: Document | undefined, offset: number, place: Place): Fault {
  const path = document === undefined ? [] : pathOfKeyAt(document, offset);
  const message = `expected each key once, found ${path.at(-1) ?? 'one'} again: keep one of them`;
  return new Fault('config/duplicate-key', message, { ...place, key: formatKeyPath(path) });
}

/** `[::1]:8080` without quotes begins a list. */
function advice(text: string, offset: number): string {
  const before = text.lastIndexOf('[', offset);
  const [address] = /^\[[0-9A-Fa-f:.]+\]:[0-9]+/.exec(text.slice(before, before + 64)) ?? [];
  const isAddress = before >= 0 && address !== undefined && offset <= before + address.length;
  return isAddress ? `: write the address in quotes, "${address}"` : '';
}

function danglingAliases(document: Document | undefined): number[] {
  const offsets: number[] = [];
  visit(document ?? null, {
    Alias(_, alias) {
      if (document !== undefined && alias.resolve(document) === undefined) offsets.push(startOf(alias) ?? 0);
    },
  });
  return offsets;
}

/** The path of the key that begins at `offset`. */
function pathOfKeyAt(document: Document, offset: number): KeyPath {
  let found: KeyPath = [];
  visit(document, {
    Pair(_, { key }, ancestors) {
      if (startOf(key) !== offset) return undefined;
      found = [...pathThrough(ancestors), keyOf(key) ?? ''];
      return visit.BREAK;
    },
  });
  return found;
}

/** The steps from each collection among `ancestors` to the next one. */
function pathThrough(ancestors: readonly unknown[]): KeyPath {
  return ancestors.flatMap((node, depth): KeyPath => {
    if (isPair(node)) return [keyOf(node.key) ?? ''];
    return isSeq(node) ? [node.items.indexOf(ancestors[depth + 1])] : [];
  });
}

/** `VERSION: 1.10` in an environment means the text 1.10, not the number 1.1. */
function keepEnvironmentAsWritten(document: Document): void {
  const resolve = (node: unknown) => (isAlias(node) ? node.resolve(document) : node);
  const applications = resolve(child(document.contents, 'applications')?.value);
  if (!isMap(applications)) return;
  for (const { value } of applications.items) {
    const environment = resolve(child(resolve(value), 'environment')?.value);
    if (!isMap(environment)) continue;
    for (const pair of environment.items) {
      const node = resolve(pair.value);
      if (!isScalar(node) || node.source === undefined) continue;
      if (typeof node.value === 'number' || typeof node.value === 'boolean') node.value = node.source;
    }
  }
}

function lowerCased(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
