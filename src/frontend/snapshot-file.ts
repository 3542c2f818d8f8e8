import type { Snapshot } from '../core/policy.ts';
import type { KeptShares } from './kept-shares.ts';
import { OPEN, openFile } from './system/open-file.ts';
import { readFile } from './system/read-file.ts';
import { removeFile } from './system/remove-file.ts';
import { renameFile } from './system/rename-file.ts';
import { shareFile } from './system/share-file.ts';
import { systemCalls } from './system/system-calls.ts';
import { writeWhole } from './write-whole.ts';

/** What one request leaves to the next. */
export interface FrontendSnapshot {
  /** By name of the policy. */
  readonly policies: Readonly<Record<string, Snapshot>>;
  readonly shares: KeptShares;
}

const NOTHING: FrontendSnapshot = { policies: {}, shares: {} };

/**
 * The snapshot file. Of requests at the same moment the last one's word stands: what is learned is an estimate, and a lock
 * would cost each of them more than it is worth. A file that is missing or broken is one in which nothing has been learned.
 */
export class SnapshotFile {
  readonly #path: string;
  #text = '';

  constructor(path: string) {
    this.#path = path;
  }

  read(): FrontendSnapshot {
    try {
      this.#text = readFile(this.#path, 'utf8');
      const read: unknown = JSON.parse(this.#text);
      if (!isMap(read)) return NOTHING;
      const { policies, shares } = read;
      return {
        policies: isMap(policies) ? (policies as FrontendSnapshot['policies']) : {},
        shares: isMap(shares)
          ? (Object.fromEntries(Object.entries(shares).filter(([, kept]) => isShare(kept))) as KeptShares)
          : {},
      };
    } catch {
      return NOTHING;
    }
  }

  /**
   * Puts another one in its place whole, by rename, where it says something else than what was read. False where that
   * cannot be: then nothing is learned, which is no reason not to answer.
   */
  write(snapshot: FrontendSnapshot): boolean {
    const text = JSON.stringify(snapshot);
    if (text === this.#text) return true;
    const temporary = `${this.#path}.${process.pid}`;
    try {
      put(temporary, text);
      renameFile(temporary, this.#path);
      this.#text = text;
      return true;
    } catch {
      try {
        removeFile(temporary);
      } catch {
        // It was never made, or is in its place already.
      }
      return false;
    }
  }
}

/** Whoever may write to the folder may go on from here. */
function put(path: string, text: string): void {
  const descriptor = openFile(path, OPEN.write | OPEN.create | OPEN.truncate | OPEN.noFollow, 0o600);
  try {
    if (!writeWhole(descriptor, Buffer.from(text))) throw new Error('no room');
    shareFile(descriptor, path);
  } finally {
    systemCalls().close(descriptor);
  }
}

function isMap(found: unknown): found is Record<string, unknown> {
  return found !== null && typeof found === 'object' && !Array.isArray(found);
}

function isShare(found: unknown): boolean {
  if (!isMap(found)) return false;
  const { atMs, part, whole, share } = found;
  return (
    [atMs, part, whole].every((number) => typeof number === 'number') &&
    (share === undefined || typeof share === 'number')
  );
}
