import { readFileSync } from 'node:fs';
import { identifyProcess, type ProcessIdentity } from '../system/process-identity.ts';

/** What the file of the life lock says: whose daemon runs. Stays behind where a keeper was killed. */
export interface LifeRecord {
  readonly keeper: ProcessIdentity;
  /** Its number is that of its group and session too. */
  readonly daemon: ProcessIdentity;
}

const FORM = /^keeper (\d+) (\d+)\ndaemon (\d+) (\d+)\n$/;

/** The text for the file. Numbers of processes, each with its start: see ProcessIdentity. */
export function lifeRecordText(keeperPid: number, daemonPid: number): string {
  const started = (pid: number): number => identifyProcess(pid)?.startTicks ?? 0;
  return `keeper ${keeperPid} ${started(keeperPid)}\ndaemon ${daemonPid} ${started(daemonPid)}\n`;
}

/** Nothing where there is no such file, or no daemon. */
export function readLifeRecord(path: string): LifeRecord | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
  const [, keeper, keeperStart, daemon, daemonStart] = FORM.exec(text) ?? [];
  // A group of 1 or less would be every process, or our own group.
  if (daemon === undefined || Number(daemon) <= 1) return undefined;
  return {
    keeper: { pid: Number(keeper), startTicks: Number(keeperStart) },
    daemon: { pid: Number(daemon), startTicks: Number(daemonStart) },
  };
}
