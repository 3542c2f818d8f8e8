import { loadavg, platform } from 'node:os';
import type { PortableMeasure } from './portable-sampler.ts';

/** One measure by the library `systeminformation`, which is loaded when first needed. */
export async function systemInformation(): Promise<PortableMeasure> {
  const { currentLoad, mem } = await import('systeminformation');
  const [load, memory] = await Promise.all([currentLoad(), mem()]);
  return {
    // Per cent since the last call. The first call of all has nothing to compare with.
    cpuBusy: inRange(load.currentLoad / 100, 1),
    memoryAvailable: inRange(memory.available, Number.MAX_SAFE_INTEGER),
    // Windows has no load average: Node's is always 0 there.
    loadAverage: platform() === 'win32' ? undefined : loadavg()[0],
  };
}

function inRange(value: number, most: number): number | undefined {
  return Number.isFinite(value) && value >= 0 ? Math.min(value, most) : undefined;
}
