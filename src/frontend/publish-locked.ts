import { renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileLock } from '../system/file-lock.ts';
import { punchHole } from '../system/punch-hole.ts';
import { DecisionCounts } from './decision-counts.ts';
import { decisionsText } from './decisions-text.ts';
import type { PublishOptions } from './publish-decisions.ts';

/** What a counter may keep of the disk, bytes. */
const KEPT_BYTES = 1 << 20;
/** The unit of `blocks` (stat(2)). */
const BLOCK_BYTES = 512;

/** The work of `publishDecisions`, unless somebody else does it, or has just done it. Nothing, or why it could not be done. */
export function publishLocked(
  { counts, application, textfile }: PublishOptions,
  isFresh: () => boolean,
): Error | undefined {
  try {
    const lock = FileLock.try(join(counts, `publish-${application}.lock`), 'exclusive');
    if (lock === undefined) return undefined;
    try {
      if (isFresh()) return undefined;
      // Also says when the last attempt was: one that fails is not made again by each request.
      lock.write(`${process.pid}\n`);
      const decisions = new DecisionCounts(counts);
      if (textfile !== undefined) write(decisions, application, textfile);
      giveBack(decisions);
    } finally {
      lock.release();
    }
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
  return undefined;
}

function write(decisions: DecisionCounts, application: string, folder: string): void {
  const path = join(folder, `spillway-${application}.prom`);
  const half = `${path}.tmp`;
  const totals = decisions.totals().filter(({ labels }) => labels.application === application);
  // Left by somebody who was killed; may be another user's.
  rmSync(half, { force: true });
  // The node exporter runs as a user of its own.
  writeFileSync(half, decisionsText(totals), { mode: 0o644, flag: 'wx' });
  renameSync(half, path);
}

function giveBack(decisions: DecisionCounts): void {
  for (const { labels, total } of decisions.totals()) {
    const path = decisions.path(labels);
    const blocks = statSync(path, { throwIfNoEntry: false })?.blocks ?? 0;
    if (blocks * BLOCK_BYTES > KEPT_BYTES) punchHole(path, total);
  }
}
