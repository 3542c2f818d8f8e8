import type { Aim } from './aim.ts';
import type { DaemonLife } from './daemon-life.ts';
import type { PhaseReport } from './phase-report.ts';

/** What was seen of a step. */
export interface DaemonSeen {
  readonly life: DaemonLife;
  readonly flood: PhaseReport;
  readonly after: PhaseReport;
  /** When the last visitor could come, milliseconds since 1970. */
  readonly overMs: number;
  /** Processes beside the gateway's own. */
  readonly resident: number;
  /** After the last visitor, until the daemon is to be retired. */
  readonly allowedMs: number;
}

/** A table of one column, and the aims. */
export function daemonOutcome({ life, flood, after, overMs, resident, allowedMs }: DaemonSeen): {
  table: string;
  aims: Aim[];
} {
  const since = (ms: number | undefined, fromMs: number): number | undefined =>
    ms === undefined ? undefined : ms - fromMs;
  const asked = since(life.startedMs, flood.beganMs);
  const used = since(life.firstUsedMs, flood.beganMs);
  const usedAfterUp = since(life.firstUsedMs, life.readyMs ?? 0);
  const gone = since(life.retiredMs, overMs);
  const bad = (offered: number, good: number) => (100 * (offered - good)) / Math.max(offered, 1e-9);
  const badShare = bad(flood.offered, flood.good);
  const lines: [what: string, found: string][] = [
    ['asked for, after the step', milliseconds(asked)],
    ['up, after the step', milliseconds(since(life.readyMs, flood.beganMs))],
    ['first used, after the step', milliseconds(used)],
    [
      'visitors of the flood, served within a second',
      `${flood.good.toFixed(0)} of ${flood.offered.toFixed(0)}/s`,
    ],
    ['p99 of who was served', milliseconds(flood.p99)],
    ['shed', `${((100 * flood.shed) / Math.max(flood.offered, 1e-9)).toFixed(1)} %`],
    ['shed, late or unanswered', `${badShare.toFixed(1)} %`],
    ['the same in the quiet after it', `${bad(after.offered, after.good).toFixed(1)} %`],
    ['retired, after the last visitor', milliseconds(gone)],
    ['processes that stayed, beside the gateway', String(resident)],
    ['starts', String(life.starts)],
  ];
  const aims: Aim[] = [
    {
      scenario: 'daemon',
      what: 'the daemon is asked for',
      aim: '200 ms after the step',
      found: milliseconds(asked),
      reached: asked !== undefined && asked >= 0 && asked <= 200,
    },
    {
      scenario: 'daemon',
      what: 'and used as soon as it is up',
      aim: '50 ms after that',
      found: milliseconds(usedAfterUp),
      reached: usedAfterUp !== undefined && usedAfterUp <= 50,
    },
    {
      scenario: 'daemon',
      what: 'shed, late or unanswered in the flood',
      aim: '2 % of the visitors',
      found: `${badShare.toFixed(1)} %`,
      reached: badShare <= 2,
    },
    {
      scenario: 'daemon',
      what: 'the daemon is retired, and nothing stays',
      aim: `${allowedMs / 1000} s after the last visitor`,
      found: `${milliseconds(gone)}, ${resident} processes`,
      reached: gone !== undefined && gone <= allowedMs && resident === 0,
    },
  ];
  const table = [
    '| | Spillway, both lanes |',
    '|---|---|',
    ...lines.map((cells) => `| ${cells.join(' | ')} |`),
  ];
  return { table: `${table.join('\n')}\n`, aims };
}

function milliseconds(ms: number | undefined): string {
  if (ms === undefined) return 'not seen';
  return ms < 0 ? `${(-ms).toFixed(0)} ms before` : `${ms.toFixed(0)} ms`;
}
