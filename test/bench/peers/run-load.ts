import { join } from 'node:path';
import { loadProcessor } from './processors.ts';
import type { RateRow } from './rows.ts';
import type { Server } from './server.ts';
import { runWrk } from './wrk.ts';

export interface LoadResult {
  /** Answers a second. */
  readonly rate: number;
  /** Answers with another status than 2xx or 3xx. */
  readonly other: number;
  /** Connections that failed, and answers that did not come, or not whole. */
  readonly errors: number;
}

/** The full load of one row: visitors over TCP, whose connections are kept; or a front server's, a connection each time. */
export async function runLoad(
  wrk: string,
  folder: string,
  server: Server,
  row: RateRow,
  seconds: number,
): Promise<LoadResult> {
  const { connections, bodyBytes, path } = row;
  if (row.from !== 'front')
    return await runWrk(wrk, folder, { url: server.url(path), connections, bodyBytes, seconds });
  const child = Bun.spawn(
    [
      ...[
        'taskset',
        '-c',
        loadProcessor,
        process.execPath,
        join(import.meta.dirname, 'fixtures/front-load.ts'),
      ],
      ...[server.front, server.peer.takesScgi ? 'scgi' : 'http', path],
      ...[bodyBytes, connections, seconds * 1000].map(String),
    ],
    { stdout: 'pipe' },
  );
  const result = (await new Response(child.stdout).json()) as Record<
    'answered' | 'failed' | 'seconds',
    number
  >;
  return { rate: result.answered / result.seconds, other: 0, errors: result.failed };
}
