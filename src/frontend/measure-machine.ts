import type { MachineLoad } from '../core/load.ts';
import { cgroupQuota } from '../load/cgroup-quota.ts';
import { parseCpuTicks } from '../load/cpu-busy-sampler.ts';
import { emptyLoad } from '../load/empty-load.ts';
import { parseLoadAverage } from '../load/load-average-sampler.ts';
import { parseProcessorList } from '../load/machine-processors.ts';
import { parseMemoryAvailable } from '../load/memory-available-sampler.ts';
import { parseStallTotal } from '../load/pressure-sampler.ts';
import type { ShareReckoner } from './kept-shares.ts';
import { readFile } from './system/read-file.ts';

export interface MeasureOptions {
  /** Names of signals; of the machine only those that are asked for are read. */
  readonly signals: ReadonlySet<string>;
  /** Milliseconds since boot. */
  readonly nowMs: number;
  readonly reckoner: ShareReckoner;
  readonly procRoot?: string;
  readonly sysRoot?: string;
}

const PRESSURES = [
  ['cpu', 'cpuPressure'],
  ['memory', 'memoryPressure'],
  ['io', 'ioPressure'],
] as const;

/** `avg10` of the line `some`, percent: the mean of the last 10 s, which the kernel brings up to date every 2 s. */
const TEN_SECONDS = /^some avg10=(\d+\.\d+)/m;

/**
 * One sample of the machine for one request: nothing is opened that no policy asks for. There is no event loop whose delay
 * could be measured.
 */
export function measureMachine({
  signals,
  nowMs,
  reckoner,
  procRoot = '/proc',
  sysRoot = '/sys',
}: MeasureOptions): MachineLoad {
  const load = emptyLoad();
  if (signals.has('processors')) {
    const allowed = Math.max(1, navigator.hardwareConcurrency);
    load.processors = Math.min(
      allowed,
      cgroupQuota(procRoot, sysRoot, (path) => textOf(path, String)) ?? allowed,
    );
  }
  if (signals.has('machineProcessors'))
    load.machineProcessors = textOf(`${sysRoot}/devices/system/cpu/online`, parseProcessorList);
  if (signals.has('loadAverage') || signals.has('running')) {
    const read = textOf(`${procRoot}/loadavg`, parseLoadAverage);
    load.loadAverage = read?.loadAverage;
    load.running = read?.running;
  }
  for (const [resource, signal] of PRESSURES) {
    if (!signals.has(signal)) continue;
    const pressure = textOf(`${procRoot}/pressure/${resource}`, (text) => {
      const part = parseStallTotal(text);
      // The total is in microseconds.
      return part === undefined
        ? undefined
        : reckoner.share(signal, { part, whole: nowMs * 1000 }, nowMs, percent(text));
    });
    load[signal] = pressure;
  }
  if (signals.has('cpuBusy')) {
    const ticks = textOf(`${procRoot}/stat`, parseCpuTicks);
    if (ticks !== undefined)
      load.cpuBusy = reckoner.share('cpuBusy', { part: ticks.busy, whole: ticks.total }, nowMs);
  }
  if (signals.has('memoryAvailable'))
    load.memoryAvailable = textOf(`${procRoot}/meminfo`, parseMemoryAvailable);
  return load;
}

function percent(text: string): number | undefined {
  const found = TEN_SECONDS.exec(text);
  return found === null ? undefined : Number(found[1]) / 100;
}

/** What the parser makes of a file; nothing where it is missing, forbidden or switched off. */
function textOf<Parsed>(path: string, parse: (text: string) => Parsed | undefined): Parsed | undefined {
  try {
    return parse(readFile(path, 'latin1'));
  } catch {
    return undefined;
  }
}
