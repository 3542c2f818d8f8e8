import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadProcessor } from './processors.ts';
import type { LoadResult } from './run-load.ts';

export interface WrkLoad {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  /** Of each request; 0 sends a GET. */
  readonly bodyBytes: number;
}

/** Loads a URL with connections that each ask again as soon as they have the answer. */
export async function runWrk(wrk: string, folder: string, load: WrkLoad): Promise<LoadResult> {
  const script = join(folder, `body-${load.bodyBytes}.lua`);
  writeFileSync(script, `wrk.method = "POST"\nwrk.body = string.rep("x", ${load.bodyBytes})\n`);
  const child = Bun.spawn(
    [
      ...['taskset', '-c', loadProcessor, wrk, '-t1', `-c${load.connections}`, `-d${load.seconds}`],
      ...['--timeout', '10', ...(load.bodyBytes > 0 ? ['-s', script] : []), load.url],
    ],
    { stdout: 'pipe', stderr: 'pipe' },
  );
  const output = await new Response(child.stdout).text();
  if ((await child.exited) !== 0)
    throw new Error(`wrk ended badly: ${output}${await new Response(child.stderr).text()}`);
  const number = (pattern: RegExp): number => Number(pattern.exec(output)?.[1] ?? 0);
  const errors = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(output);
  return {
    rate: number(/Requests\/sec:\s+([\d.]+)/),
    other: number(/Non-2xx or 3xx responses: (\d+)/),
    errors: (errors ?? []).slice(1).reduce((sum, count) => sum + Number(count), 0),
  };
}
