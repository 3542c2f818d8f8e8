import { availableParallelism } from 'node:os';
import { standardPhases } from '../lab/flood/phase.ts';
import { runFlood } from '../lab/flood/run-flood.ts';
import { SystemClock } from '../system/system-clock.ts';

export interface FloodCommandOptions {
  /** Of the gateway that is flooded. */
  readonly admin?: string;
  /** Visitors a second at the height of it. */
  readonly rate: number;
}

/** `spillway flood URL`: ten seconds of visitors, from quiet to a flood and back. */
export async function flood(url: string, { admin, rate }: FloodCommandOptions): Promise<void> {
  process.exitCode = await runFlood({
    url,
    admin,
    phases: standardPhases(availableParallelism(), rate),
    random: Math.random,
    clock: new SystemClock(),
    write: (text) => {
      process.stdout.write(text);
    },
    isTerminal: process.stdout.isTTY === true,
  });
}
