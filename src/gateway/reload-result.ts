import type { Fault } from '../core/fault.ts';

/** What a reload has done; or why it has done nothing. */
export type ReloadResult = { readonly changes: ReloadChanges } | { readonly faults: readonly Fault[] };

/** Applications by name, and the keys of the configuration that only the next start will see. */
export interface ReloadChanges {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  readonly needsRestart: readonly string[];
}

export interface LastReload {
  readonly successful: boolean;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** One line each, with file, line and column. */
  readonly faults: readonly string[];
}
