import type { Aim } from './aim.ts';

/** What was aimed at, and whether it was reached. */
export function aimsTable(aims: readonly Aim[]): string {
  const lines = [
    '| scenario | what | aim | found | |',
    '|---|---|---|---|---|',
    ...aims.map(
      ({ scenario, what, aim, found, reached }) =>
        `| ${scenario} | ${what} | ${aim} | ${found} | ${reached ? 'reached' : '**not reached**'} |`,
    ),
  ];
  return `${lines.join('\n')}\n`;
}
