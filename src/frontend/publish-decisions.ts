import { fileStatus } from './system/file-status.ts';

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
  const isFresh = (): boolean => isFreshFile(`${counts}/publish-${application}.lock`, nowMs, everyMs);
  if (isFresh()) return undefined;
  // What that takes, nobody else is to pay for.
  const { publishLocked } = await import('./publish-locked.ts');
  return publishLocked(options, isFresh);
}

/** A time in the future means that the clock was set back. An empty file is one that was only just made. */
function isFreshFile(path: string, nowMs: number, everyMs: number): boolean {
  const status = fileStatus(path);
  return status !== undefined && status.size > 0 && Math.abs(nowMs - status.changedMs) < everyMs;
}
