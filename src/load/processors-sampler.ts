import type { MachineLoad } from '../core/load.ts';
import { cgroupQuota } from './cgroup-quota.ts';
import { machineProcessors } from './machine-processors.ts';
import type { Sampler } from './sampler.ts';
import { textOfFile } from './text-of-file.ts';

/** Quotas change when an operator changes them: rarely. */
const REREAD_MS = 10_000;

export interface ProcessorsSource {
  readonly procRoot: string;
  readonly sysRoot: string;
  /** Processors that this process may run on: those of the machine, or of its cpuset and affinity. */
  readonly parallelism: () => number;
}

/** Processors that may really be used, the fewest of affinity and cgroup quota (half a processor is 0.5); and those of the machine. */
export class ProcessorsSampler implements Sampler {
  readonly signals = ['processors', 'machineProcessors'] as const;
  readonly #source: ProcessorsSource;
  #processors = 1;
  #machineProcessors: number | undefined;
  #readMs = Number.NEGATIVE_INFINITY;

  constructor(source: ProcessorsSource) {
    this.#source = source;
  }

  sample(into: MachineLoad, nowMs: number): void {
    if (nowMs - this.#readMs >= REREAD_MS) {
      this.#readMs = nowMs;
      const { parallelism, procRoot, sysRoot } = this.#source;
      const allowed = Math.max(1, parallelism());
      this.#processors = Math.min(allowed, cgroupQuota(procRoot, sysRoot, textOfFile) ?? allowed);
      this.#machineProcessors = machineProcessors(sysRoot);
    }
    into.processors = this.#processors;
    into.machineProcessors = this.#machineProcessors;
  }

  close(): void {
    // Keeps no file open.
  }
}
