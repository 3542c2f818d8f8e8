import type { MachineLoad } from '../core/load.ts';
import { KernelFile } from './kernel-file.ts';
import type { Sampler } from './sampler.ts';

const MEM_AVAILABLE = /^MemAvailable: +(\d+) kB$/m;

/** Bytes, from the text of /proc/meminfo (proc_meminfo(5), Linux 3.14 and later); its kB are units of 1024 bytes. */
export function parseMemoryAvailable(text: string): number | undefined {
  const found = MEM_AVAILABLE.exec(text);
  return found === null ? undefined : Number(found[1]) * 1024;
}

export class MemoryAvailableSampler implements Sampler {
  readonly signals = ['memoryAvailable'] as const;
  readonly #file: KernelFile;

  constructor(procRoot: string) {
    // It is the third line of some fifty.
    this.#file = new KernelFile(`${procRoot}/meminfo`, 256);
  }

  sample(into: MachineLoad): void {
    const text = this.#file.read();
    into.memoryAvailable = text === undefined ? undefined : parseMemoryAvailable(text);
  }

  close(): void {
    this.#file.close();
  }
}
