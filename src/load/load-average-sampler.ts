import type { MachineLoad } from '../core/load.ts';
import { KernelFile } from './kernel-file.ts';
import type { Sampler } from './sampler.ts';

interface LoadAverage {
  readonly loadAverage: number;
  readonly running: number;
}

/** `0.20 0.18 0.12 1/80 11206` (proc_loadavg(5)): the 1-minute average, and tasks runnable now before the slash. */
const LOADAVG = /^(\d+\.\d+) \d+\.\d+ \d+\.\d+ (\d+)\/\d+ /;

/** Of the text of /proc/loadavg; nothing where it is something else. */
export function parseLoadAverage(text: string): LoadAverage | undefined {
  const found = LOADAVG.exec(text);
  if (found === null) return undefined;
  // The process that reads is running while it reads: it is not counted.
  return { loadAverage: Number(found[1]), running: Math.max(0, Number(found[2]) - 1) };
}

export class LoadAverageSampler implements Sampler {
  readonly signals = ['loadAverage', 'running'] as const;
  readonly #file: KernelFile;

  constructor(procRoot: string) {
    this.#file = new KernelFile(`${procRoot}/loadavg`, 128);
  }

  sample(into: MachineLoad): void {
    const text = this.#file.read();
    const parsed = text === undefined ? undefined : parseLoadAverage(text);
    into.loadAverage = parsed?.loadAverage;
    into.running = parsed?.running;
  }

  close(): void {
    this.#file.close();
  }
}
