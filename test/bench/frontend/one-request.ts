import type { Program } from './frontend-workplace.ts';

export interface OneRequest {
  readonly name: string;
  /** Medians of all runs. */
  readonly milliseconds: number;
  readonly megabytes: number;
}

const RUNS_AT_A_TIME = 5;

/** Wall time from fork to reaping, and peak memory, of one request by each program; interleaved, so that what else runs meets all alike. */
export function measureOneRequest(
  runner: string,
  programs: readonly Program[],
  variables: Readonly<Record<string, string>>,
  rounds: number,
): OneRequest[] {
  const runs = programs.map(() => ({ microseconds: [] as number[], kibibytes: [] as number[] }));
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, { name, command, path }] of programs.entries()) {
      const { stdout, exitCode } = Bun.spawnSync([runner, String(RUNS_AT_A_TIME), ...command], {
        env: { ...variables, REQUEST_URI: path, PATH_INFO: path },
        stderr: 'inherit',
        timeout: 60_000,
      });
      if (exitCode !== 0) throw new Error(`${name} could not be measured`);
      // The first round warms up.
      if (round === 0) continue;
      for (const line of stdout.toString().trim().split('\n')) {
        const [microseconds, kibibytes, code] = line.split(' ').map(Number);
        if (code !== 0) throw new Error(`${name} ended with ${code}`);
        runs[index]?.microseconds.push(microseconds ?? 0);
        runs[index]?.kibibytes.push(kibibytes ?? 0);
      }
    }
  }
  return programs.map(({ name }, index) => ({
    name,
    milliseconds: middle(runs[index]?.microseconds ?? []) / 1000,
    megabytes: (middle(runs[index]?.kibibytes ?? []) * 1024) / 1e6,
  }));
}

export function middle(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
}
