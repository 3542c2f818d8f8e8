import type { MachineLoad } from '../core/load.ts';
import { KernelFile } from './kernel-file.ts';
import type { Sampler } from './sampler.ts';

interface CpuTicks {
  readonly busy: number;
  readonly total: number;
}

/** Of the first line: user nice system idle iowait irq softirq steal; guest time is part of user already (proc_stat(5)). */
const CPU_LINE = /^cpu +(\d+) (\d+) (\d+) (\d+)(?: (\d+) (\d+) (\d+)(?: (\d+))?)?/;

/**
 * Ticks since boot of all processors together, from the text of /proc/stat. Stolen time counts as busy: it cannot be had.
 */
export function parseCpuTicks(text: string): CpuTicks | undefined {
  const found = CPU_LINE.exec(text);
  if (found === null) return undefined;
  const [user, nice, system, idle, ioWait, irq, softIrq, steal] = found
    .slice(1)
    .map((ticks) => Number(ticks ?? 0)) as [number, number, number, number, number, number, number, number];
  const busy = user + nice + system + irq + softIrq + steal;
  return { busy, total: busy + idle + ioWait };
}

/** Busy share between two samples. A tick is 10 ms of one processor: 100 ms of two processors give steps of 5 %. */
export class CpuBusySampler implements Sampler {
  readonly signals = ['cpuBusy'] as const;
  readonly #file: KernelFile;
  #before: CpuTicks | undefined;

  constructor(procRoot: string) {
    this.#file = new KernelFile(`${procRoot}/stat`, 256);
  }

  sample(into: MachineLoad): void {
    const text = this.#file.read();
    const now = text === undefined ? undefined : parseCpuTicks(text);
    const before = this.#before;
    if (now === undefined || before === undefined) {
      into.cpuBusy = undefined;
    } else {
      const elapsed = now.total - before.total;
      // No tick has passed: the last share stands, and the next sample looks further back.
      if (elapsed === 0) return;
      // The kernel's counts of idle time may go back a little; a share may not.
      if (elapsed > 0) into.cpuBusy = Math.min(1, Math.max(0, (now.busy - before.busy) / elapsed));
    }
    this.#before = now;
  }

  close(): void {
    this.#file.close();
  }
}
