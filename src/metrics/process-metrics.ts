import { readdirSync } from 'node:fs';
import { Counter, Gauge, type Registry } from 'prom-client';
import { METRIC_DEFINITIONS } from './metric-definitions.ts';

/** What is known of the gateway's own process. */
export interface ProcessSource {
  cpuSeconds(): number;
  residentBytes(): number;
  /** Nothing where the platform does not tell. */
  openDescriptors(): number | undefined;
  readonly startedSeconds: number;
}

export const THIS_PROCESS: ProcessSource = {
  cpuSeconds() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  },
  residentBytes: () => process.memoryUsage.rss(),
  openDescriptors() {
    try {
      // One of them is that of the directory, which is closed by now.
      return readdirSync('/proc/self/fd').length - 1;
    } catch {
      return undefined;
    }
  },
  startedSeconds: Date.now() / 1000 - process.uptime(),
};

/**
 * Those of prom-client's default metrics that are right on Bun, by the same names. Its heap-space metrics block for
 * milliseconds at each scrape, its heap size is that of the address space, and its event loop metrics count nothing.
 */
export function registerProcessMetrics(registry: Registry, source: ProcessSource): void {
  const registers = [registry];
  const { processCpu, processResidentMemory, processOpenDescriptors, processStartTime } = METRIC_DEFINITIONS;
  let exposedSeconds = 0;
  const cpu: Counter = new Counter({
    name: processCpu.name,
    help: processCpu.help,
    registers,
    collect: () => {
      const seconds = Math.max(exposedSeconds, source.cpuSeconds());
      cpu.inc(seconds - exposedSeconds);
      exposedSeconds = seconds;
    },
  });
  const resident: Gauge = new Gauge({
    name: processResidentMemory.name,
    help: processResidentMemory.help,
    registers,
    collect: () => resident.set(source.residentBytes()),
  });
  const descriptors: Gauge = new Gauge({
    name: processOpenDescriptors.name,
    help: processOpenDescriptors.help,
    registers,
    collect: () => {
      const open = source.openDescriptors();
      if (open === undefined) descriptors.remove();
      else descriptors.set(open);
    },
  });
  new Gauge({ name: processStartTime.name, help: processStartTime.help, registers }).set(
    source.startedSeconds,
  );
}
