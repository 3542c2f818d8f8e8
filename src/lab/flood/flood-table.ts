import type { PhaseTally } from './phase-tally.ts';

const HEADINGS = ['phase', 'offered', 'exec', 'forward', 'shed', 'failed', 'p50', 'p99'];

/** The summary: a line for each phase. Times are those of the visitors whom the application answered. */
export function floodTable(tallies: readonly PhaseTally[]): string {
  const rows = tallies.map((tally) => [
    tally.phase.name,
    String(tally.offered),
    ...lanes(tally),
    String(tally.shed),
    String(tally.failed),
    milliseconds(tally.latencyMs(0.5)),
    milliseconds(tally.latencyMs(0.99)),
  ]);
  const table = [HEADINGS, ...rows];
  const widths = HEADINGS.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  '),
    )
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}

/**
 * The application's answers, split as the gateway's own counters say: these count decisions, and somebody may come in one
 * phase and be decided upon in the next.
 */
function lanes({ answered, decisions }: PhaseTally): [string, string] {
  if (decisions === undefined) return ['-', '-'];
  const run = decisions.exec + decisions.forward;
  const exec = run === 0 ? 0 : Math.round((answered * decisions.exec) / run);
  return [String(exec), String(answered - exec)];
}

function milliseconds(ms: number | undefined): string {
  if (ms === undefined) return '-';
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}
