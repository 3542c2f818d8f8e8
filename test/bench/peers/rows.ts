import { bothProcessors, serverProcessor } from './processors.ts';

/** How servers are started for a row. */
export interface Variant {
  /** Every server writes its access log to a file. */
  readonly accessLog: boolean;
  /** Processes that answer. */
  readonly workers: 1 | 2;
  /** Those that the server may use. */
  readonly processors: string;
}

/** One line of the comparison under full load. */
export interface RateRow {
  readonly name: string;
  readonly path: string;
  readonly connections: number;
  readonly bodyBytes: number;
  /** The status that all answers must have. */
  readonly status: number;
  readonly variant: Variant;
  /**
   * Who asks. `front`: as a front server does, over a Unix socket with a connection for each request: in SCGI where the server takes
   * it, in HTTP otherwise.
   */
  readonly from: 'visitors' | 'front';
  /** Latencies are measured as well, at half the rate of the slowest. */
  readonly latency?: true;
  /** A line says what a request costs of the server's processors. */
  readonly cost?: true;
  /** The kernel does not add the programs of fcgiwrap to what it took of processors, so that they cannot be compared. */
  readonly uncounted?: true;
}

const one: Variant = { accessLog: false, workers: 1, processors: serverProcessor };
const logging: Variant = { ...one, accessLog: true };
const spread: Variant = { ...one, processors: bothProcessors };
const twice: Variant = { ...spread, workers: 2 };

const small = { connections: 32, bodyBytes: 0, status: 200, variant: one, from: 'visitors' } as const;
const large = { ...small, connections: 8 };
/** Their load costs its processor as much as the server's does: what a request costs says more than how many there were. */
const front = { ...small, from: 'front', cost: true } as const;
const largeFront = { ...front, connections: 8 };

export const rateRows: readonly RateRow[] = [
  { ...small, name: 'shed', path: '/shed', status: 503, latency: true, cost: true },
  { ...small, name: 'forward, answer of 0 B', path: '/forward/0', latency: true, cost: true },
  { ...small, name: 'forward, answer of 100 KB', path: '/forward/100000' },
  { ...large, name: 'forward, answer of 10 MB', path: '/forward/10000000' },
  { ...small, name: 'forward, upload of 10 KB', path: '/forward/0', bodyBytes: 10_000 },
  { ...large, name: 'forward, upload of 10 MB', path: '/forward/0', bodyBytes: 10_000_000 },
  { ...front, name: 'behind a front, answer of 0 B', path: '/forward/0' },
  { ...front, name: 'behind a front, answer of 100 KB', path: '/forward/100000' },
  { ...largeFront, name: 'behind a front, answer of 10 MB', path: '/forward/10000000' },
  { ...front, name: 'behind a front, upload of 10 KB', path: '/forward/0', bodyBytes: 10_000 },
  { ...largeFront, name: 'behind a front, upload of 10 MB', path: '/forward/0', bodyBytes: 10_000_000 },
  { ...large, name: 'exec', path: '/exec', latency: true, uncounted: true },
  { ...small, name: 'shed, access log', path: '/shed', status: 503, variant: logging },
  { ...small, name: 'forward, 0 B, access log', path: '/forward/0', variant: logging },
  ...[spread, twice].flatMap((variant) => {
    const how = `${variant.workers} worker${variant.workers > 1 ? 's' : ''} on both processors`;
    return [
      { ...small, name: `shed, ${how}`, path: '/shed', status: 503, variant, cost: true } as const,
      { ...small, name: `forward, 0 B, ${how}`, path: '/forward/0', variant, cost: true } as const,
      { ...large, name: `exec, ${how}`, path: '/exec', variant, uncounted: true } as const,
    ];
  }),
];
