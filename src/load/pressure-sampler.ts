import type { MachineLoad } from '../core/load.ts';
import { KernelFile } from './kernel-file.ts';
import type { Sampler } from './sampler.ts';

const SIGNALS = {
  cpu: 'cpuPressure',
  memory: 'memoryPressure',
  io: 'ioPressure',
} as const satisfies Record<string, keyof MachineLoad>;

const SOME_TOTAL = /^some [^\n]*\btotal=(\d+)/m;

/**
 * Microseconds since boot in which some task was stalled, from the text of a pressure file (Linux,
 * Documentation/accounting/psi.rst). The kernel brings the total up to date at each read, the averages only every 2 s.
 */
export function parseStallTotal(text: string): number | undefined {
  const found = SOME_TOTAL.exec(text);
  return found === null ? undefined : Number(found[1]);
}

/** Pressure stall of one resource: the share of the time between two samples in which some task was stalled. */
export class PressureSampler implements Sampler {
  readonly signals: readonly (keyof MachineLoad)[];
  readonly #signal: (typeof SIGNALS)[keyof typeof SIGNALS];
  readonly #file: KernelFile;
  #stalledMicroseconds: number | undefined;
  #sampledMs = 0;

  constructor(procRoot: string, resource: keyof typeof SIGNALS) {
    this.#signal = SIGNALS[resource];
    this.signals = [this.#signal];
    this.#file = new KernelFile(`${procRoot}/pressure/${resource}`, 256);
  }

  sample(into: MachineLoad, nowMs: number): void {
    const text = this.#file.read();
    const total = text === undefined ? undefined : parseStallTotal(text);
    const before = this.#stalledMicroseconds;
    const elapsedMs = nowMs - this.#sampledMs;
    if (total === undefined || before === undefined) {
      into[this.#signal] = undefined;
    } else {
      // Without time between two samples there is no share: the last one stands.
      if (elapsedMs <= 0) return;
      into[this.#signal] = Math.min(1, Math.max(0, (total - before) / 1000 / elapsedMs));
    }
    this.#stalledMicroseconds = total;
    this.#sampledMs = nowMs;
  }

  close(): void {
    this.#file.close();
  }
}
