/** What the gateway's log says about a daemon, milliseconds since 1970; nothing where it did not happen. */
export interface DaemonLife {
  readonly startedMs: number | undefined;
  readonly readyMs: number | undefined;
  /** The daemon itself says so. */
  readonly firstUsedMs: number | undefined;
  readonly retiredMs: number | undefined;
  readonly starts: number;
  readonly retirements: number;
}

/**
 * @param log of `log: { format: json }`; lines that are none are passed over
 * @param fromMs what was before this instant does not count
 */
export function readDaemonLife(log: string, fromMs: number): DaemonLife {
  let starts = 0;
  let retirements = 0;
  const first = new Map<string, number>();
  const last = new Map<string, number>();
  for (const line of log.split('\n')) {
    const entry = parse(line);
    if (entry === undefined || entry.timeMs < fromMs) continue;
    const event = entry.event === 'daemon-output' ? entry.line : entry.event;
    if (event === 'daemon-started') starts += 1;
    if (event === 'daemon-retired') retirements += 1;
    if (!first.has(event)) first.set(event, entry.timeMs);
    last.set(event, entry.timeMs);
  }
  return {
    startedMs: first.get('daemon-started'),
    readyMs: first.get('daemon-ready'),
    firstUsedMs: first.get('first request'),
    retiredMs: last.get('daemon-retired'),
    starts,
    retirements,
  };
}

function parse(line: string): { event: string; line: string; timeMs: number } | undefined {
  try {
    const { event, time, line: said }: Record<string, unknown> = JSON.parse(line);
    if (typeof event !== 'string' || typeof time !== 'string') return undefined;
    return { event, line: String(said), timeMs: Date.parse(time) };
  } catch {
    return undefined;
  }
}
