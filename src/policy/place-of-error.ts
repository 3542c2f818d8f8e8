import type { Place } from '../core/fault.ts';

/** What the runtime tells of text that it could not read. */
interface Position {
  readonly line: number;
  readonly column: number;
}

/**
 * Where in `file` an error comes from: the place of wrong syntax, else the innermost call that stands in the file; only the file where
 * neither is known.
 */
export function placeOfError(error: unknown, file: string): Place {
  const several: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
  for (const one of several) {
    const position = positionOf(one);
    if (position !== undefined) return { file, ...position };
  }
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  for (const line of stack.split('\n')) {
    const at = line.indexOf(file);
    if (at < 0) continue;
    const [, row, column] = /^(?:\?[^:\s]*)?:(\d+):(\d+)/.exec(line.slice(at + file.length)) ?? [];
    if (row !== undefined) return { file, line: Number(row), column: Number(column) };
  }
  return { file };
}

function positionOf(error: unknown): Position | undefined {
  if (typeof error !== 'object' || error === null || !('position' in error)) return undefined;
  const { position } = error;
  if (typeof position !== 'object' || position === null) return undefined;
  const { line, column } = position as Partial<Position>;
  return typeof line === 'number' && typeof column === 'number' && line > 0 ? { line, column } : undefined;
}
