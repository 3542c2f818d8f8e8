import type { OverloadRow } from './overload-row.ts';
import type { PhaseReport } from './phase-report.ts';

/** Served within a second, per second, and the 99th percentile of those who were served; a column for each server. */
export function overloadTable(rows: readonly OverloadRow[]): string {
  const peers = [...new Set(rows.map(({ peer }) => peer))];
  const shares = [...new Set(rows.map(({ share }) => share))];
  const lines = [
    `| offered | ${peers.join(' | ')} |`,
    `|---|${peers.map(() => '---').join('|')}|`,
    ...shares.map(
      (share) => `| ${share} times | ${peers.map((peer) => cell(rows, peer, share)).join(' | ')} |`,
    ),
    `| well again after ${Math.max(...shares)} times | ${peers.map((peer) => recovery(rows, peer)).join(' | ')} |`,
  ];
  return `${lines.join('\n')}\n`;
}

function cell(rows: readonly OverloadRow[], peer: string, share: number): string {
  const row = rows.find((one) => one.peer === peer && one.share === share);
  if (row === undefined) return '-';
  const { good, p99, shed, shedP99, offered } = row.flood;
  const parts = [`${good.toFixed(0)}/s`, `p99 ${p99?.toFixed(0) ?? '-'} ms`];
  if (share < 1 && shed > 0) parts.push(`sheds ${((100 * shed) / offered).toFixed(1)} %`);
  if (share > 1 && shedP99 !== undefined) parts.push(`shed p99 ${shedP99.toFixed(0)} ms`);
  return [...parts, ...retries(row.flood)].join(', ');
}

/** Nothing where nobody came back. */
function retries({ attemptsEach, firstGood }: PhaseReport): string[] {
  if (attemptsEach === 1) return [];
  return [`${firstGood.toFixed(0)}/s at once`, `${attemptsEach.toFixed(1)} attempts each`];
}

function recovery(rows: readonly OverloadRow[], peer: string): string {
  const most = rows.filter((one) => one.peer === peer).sort((a, b) => b.share - a.share)[0];
  return most === undefined ? '-' : `${(most.recoveryMs / 1000).toFixed(1)} s`;
}
