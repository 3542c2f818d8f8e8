import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  openSync,
  readdirSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { hasCode } from '../system/has-code.ts';
import { sharedRights } from '../system/shared-rights.ts';
import { type DecisionLabels, encodeDecisionFileName, parseDecisionFileName } from './decision-file-name.ts';
import { makeSharedFolder } from './shared-folder.ts';

export interface DecisionTotal {
  readonly labels: DecisionLabels;
  readonly total: number;
}

const APPEND = constants.O_WRONLY | constants.O_APPEND | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const ONE = Buffer.alloc(1);

/**
 * Decisions of all frontends, counted without a process and without a lock: a folder with a file for each series, whose *size* is the count.
 * To count is to append one byte, which the kernel does whole and one after the other however many do it at once (not so on NFS). Nobody reads
 * the bytes, so `publishDecisions` gives their blocks back to the file system (punches a hole) when there are too many: the size stays. At
 * no moment can a kill lose or double anything.
 *
 * A launcher that follows a lease counts the same way: `open(path, O_WRONLY | O_APPEND)`, one byte, `close`; see `path`.
 */
export class DecisionCounts {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The file whose size is the count. It exists once the series was counted. */
  path(labels: DecisionLabels): string {
    return join(this.#folder, encodeDecisionFileName(labels));
  }

  /** Nothing, or why it could not be counted: never a reason to fail a request. */
  count(labels: DecisionLabels): Error | undefined {
    const path = this.path(labels);
    try {
      const descriptor = this.#open(path);
      try {
        writeSync(descriptor, ONE);
      } finally {
        closeSync(descriptor);
      }
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
    return undefined;
  }

  /** In the order of their names; none where nothing was counted yet. Throws what the system says of a folder that cannot be read. */
  totals(): DecisionTotal[] {
    let names: string[];
    try {
      names = readdirSync(this.#folder).sort();
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return [];
      throw error;
    }
    return names.flatMap((name) => {
      const labels = parseDecisionFileName(name);
      if (labels === undefined) return [];
      const stats = statSync(join(this.#folder, name), { throwIfNoEntry: false });
      return stats?.isFile() ? [{ labels, total: stats.size }] : [];
    });
  }

  #open(path: string): number {
    for (let round = 0; ; round += 1) {
      try {
        return openSync(path, APPEND);
      } catch (error) {
        if (round > 1 || !(hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR'))) throw error;
      }
      makeSharedFolder(this.#folder);
      try {
        const descriptor = openSync(path, APPEND | constants.O_CREAT | constants.O_EXCL, 0o600);
        share(descriptor, path);
        return descriptor;
      } catch (error) {
        if (!hasCode(error, 'EEXIST')) throw error;
      }
    }
  }
}

/** Whoever may write to the folder may count. */
function share(descriptor: number, path: string): void {
  try {
    const { mode, user, group } = sharedRights(path);
    fchmodSync(descriptor, mode);
    fchownSync(descriptor, user, group);
  } catch {
    // We are not of that group. The file serves those who run as we do.
  }
}
