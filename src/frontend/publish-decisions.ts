import { renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DecisionCounts } from './decision-counts.ts';

export interface PublishOptions {
  /** The folder of DecisionCounts. */
  readonly counts: string;
  readonly application: string;
  /** The folder of the node exporter's textfile collector; nothing: the counts are only kept small. */
  readonly textfile: string | undefined;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** How old what was written last may be. */
  readonly everyMs?: number;
}

/** Fresher than the usual scrape, every 15 s. */
const TEXTFILE_MS = 10_000;
const UPKEEP_MS = 3_600_000;
/** What a counter may keep of the disk, bytes. */
const KEPT_BYTES = 1 << 20;
/** The unit of `blocks` (stat(2)). */
const BLOCK_BYTES = 512;

/**
 * Writes the totals of one application to `spillway-APPLICATION.prom` in the folder of the node exporter's textfile collector, when the last attempt is
 * older than `everyMs`. For every frontend and every keeper to call: it costs one look at a file's time, and whoever finds it too old does
 * the work, alone: under a lock that nobody waits for and that ends with its holder. The lock also keeps the order: totals
 * are read under it, so none that are older are put over newer ones, which Prometheus would take for a restart.
 * Returns nothing, or why it could not be written.
 */
export async function publishDecisions(options: PublishOptions): Promise<Error | undefined> {
  const { counts, application, textfile, nowMs } = options;
  const everyMs = options.everyMs ?? (textfile === undefined ? UPKEEP_MS : TEXTFILE_MS);
  const lockPath = join(counts, `publish-${application}.lock`);
  if (isFresh(lockPath, nowMs, everyMs)) return undefined;
  try {
    // Brings bun:ffi with it, which nobody else is to pay for.
    const { FileLock } = await import('../system/file-lock.ts');
    const lock = FileLock.try(lockPath, 'exclusive');
    if (lock === undefined) return undefined;
    try {
      if (isFresh(lockPath, nowMs, everyMs)) return undefined;
      // Also says when the last attempt was: one that fails is not made again by each request.
      lock.write(`${process.pid}\n`);
      const decisions = new DecisionCounts(counts);
      if (textfile !== undefined) await write(decisions, application, textfile);
      await giveBack(decisions);
    } finally {
      lock.release();
    }
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
  return undefined;
}

/** A time in the future means that the clock was set back. An empty file is one that was only just made. */
function isFresh(path: string, nowMs: number, everyMs: number): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats !== undefined && stats.size > 0 && Math.abs(nowMs - stats.mtimeMs) < everyMs;
}

async function write(decisions: DecisionCounts, application: string, folder: string): Promise<void> {
  const { decisionsText } = await import('./decisions-text.ts');
  const path = join(folder, `spillway-${application}.prom`);
  const half = `${path}.tmp`;
  const totals = decisions.totals().filter(({ labels }) => labels.application === application);
  // Left by somebody who was killed; may be another user's.
  rmSync(half, { force: true });
  // The node exporter runs as a user of its own.
  writeFileSync(half, decisionsText(totals), { mode: 0o644, flag: 'wx' });
  renameSync(half, path);
}

async function giveBack(decisions: DecisionCounts): Promise<void> {
  for (const { labels, total } of decisions.totals()) {
    const path = decisions.path(labels);
    const blocks = statSync(path, { throwIfNoEntry: false })?.blocks ?? 0;
    if (blocks * BLOCK_BYTES <= KEPT_BYTES) continue;
    const { punchHole } = await import('../system/punch-hole.ts');
    punchHole(path, total);
  }
}
