/** One line of the comparison under full load. */
export interface RateRow {
  readonly name: string;
  readonly path: string;
  readonly connections: number;
  readonly bodyBytes: number;
  /** The status that all answers must have. */
  readonly status: number;
  /** Whether every server writes its access log to a file. */
  readonly accessLog?: true;
  /** Latencies are measured as well, at half the rate of the slowest. */
  readonly latency?: true;
}

const small = { connections: 32, bodyBytes: 0, status: 200 };
const large = { ...small, connections: 8 };

export const rateRows: readonly RateRow[] = [
  { ...small, name: 'shed', path: '/shed', status: 503, latency: true },
  { ...small, name: 'shed, access log', path: '/shed', status: 503, accessLog: true },
  { ...small, name: 'forward, answer of 0 B', path: '/forward/0', latency: true },
  { ...small, name: 'forward, 0 B, access log', path: '/forward/0', accessLog: true },
  { ...small, name: 'forward, answer of 100 KB', path: '/forward/100000' },
  { ...large, name: 'forward, answer of 10 MB', path: '/forward/10000000' },
  { ...small, name: 'forward, upload of 10 KB', path: '/forward/0', bodyBytes: 10_000 },
  { ...large, name: 'forward, upload of 10 MB', path: '/forward/0', bodyBytes: 10_000_000 },
  { ...large, name: 'exec', path: '/exec', latency: true },
];
