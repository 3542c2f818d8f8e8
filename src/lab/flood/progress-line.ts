import type { GatewaySight } from './gateway-sight.ts';

/** One look at a flood that goes on. */
export interface Progress {
  readonly phase: string;
  readonly elapsedMs: number;
  /** Since the look before. */
  readonly sinceMs: number;
  readonly offered: number;
  readonly answered: number;
  readonly sight: GatewaySight | undefined;
  readonly before: GatewaySight | undefined;
}

/** `flood  4.3 s  offered  2950/s  exec     0/s  forward  1210/s  shed  1740/s  load 3.5  daemon up`; without metrics only what visitors see. */
export function progressLine({
  phase,
  elapsedMs,
  sinceMs,
  offered,
  answered,
  sight,
  before,
}: Progress): string {
  const rate = (count: number) => `${String(Math.round((count * 1000) / sinceMs)).padStart(5)}/s`;
  const parts = [
    phase.padEnd(11),
    `${(elapsedMs / 1000).toFixed(1).padStart(4)} s`,
    `offered ${rate(offered)}`,
  ];
  if (sight === undefined) parts.push(`answered ${rate(answered)}`);
  else {
    for (const lane of ['exec', 'forward', 'shed'] as const) {
      parts.push(`${lane} ${rate(sight.decisions[lane] - (before?.decisions[lane] ?? 0))}`);
    }
    if (sight.load !== undefined) parts.push(`load ${sight.load.toFixed(1).padStart(4)}`);
    if (sight.daemon !== '') parts.push(`daemon ${sight.daemon}`);
  }
  return parts.join('  ');
}
