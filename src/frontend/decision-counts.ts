import { hasCode } from '../system/has-code.ts';
import { type DecisionLabels, encodeDecisionFileName, parseDecisionFileName } from './decision-file-name.ts';
import { makeSharedFolder } from './shared-folder.ts';
import { fileStatus } from './system/file-status.ts';
import { listFolder } from './system/list-folder.ts';
import { OPEN, openFile } from './system/open-file.ts';
import { shareFile } from './system/share-file.ts';
import { systemCalls } from './system/system-calls.ts';
import { SystemError } from './system/system-error.ts';

export interface DecisionTotal {
  readonly labels: DecisionLabels;
  readonly total: number;
}

const APPEND = OPEN.write | OPEN.append | OPEN.noFollow | OPEN.nonBlocking;
const ONE = new Uint8Array(1);

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
    return `${this.#folder}/${encodeDecisionFileName(labels)}`;
  }

  /** Nothing, or why it could not be counted: never a reason to fail a request. */
  count(labels: DecisionLabels): Error | undefined {
    const path = this.path(labels);
    try {
      const descriptor = this.#open(path);
      try {
        if (systemCalls().write(descriptor, ONE, 1) < 0) throw new SystemError('write', path);
      } finally {
        systemCalls().close(descriptor);
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
      names = listFolder(this.#folder).sort();
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return [];
      throw error;
    }
    return names.flatMap((name) => {
      const labels = parseDecisionFileName(name);
      if (labels === undefined) return [];
      const status = fileStatus(`${this.#folder}/${name}`);
      return status?.kind === 'file' ? [{ labels, total: status.size }] : [];
    });
  }

  #open(path: string): number {
    for (let round = 0; ; round += 1) {
      try {
        return openFile(path, APPEND);
      } catch (error) {
        if (round > 1 || !(hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR'))) throw error;
      }
      makeSharedFolder(this.#folder);
      try {
        const descriptor = openFile(path, APPEND | OPEN.create | OPEN.exclusive, 0o600);
        shareFile(descriptor, path);
        return descriptor;
      } catch (error) {
        if (!hasCode(error, 'EEXIST')) throw error;
      }
    }
  }
}
