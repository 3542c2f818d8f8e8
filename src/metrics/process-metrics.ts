import { readdirSync, statSync } from 'node:fs';
import { METRIC_DEFINITIONS } from './metric-definitions.ts';
import type { MetricRegistry } from './metric-registry.ts';
import { SampledMetric } from './sampled-metric.ts';

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
    const folder = '/proc/self/fd';
    try {
      // Linux from 6.2 on tells the number as the size; before, it is 0, and to list ten thousand of them takes milliseconds.
      const { size } = statSync(folder);
      // One of those in the list is that of the directory itself, which is closed by now.
      return size > 0 ? size : readdirSync(folder).length - 1;
    } catch {
      return undefined;
    }
  },
  startedSeconds: Date.now() / 1000 - process.uptime(),
};

/** Those of the metrics that all Prometheus clients have, by the same names, that are right on Bun. */
export function registerProcessMetrics(registry: MetricRegistry, source: ProcessSource): void {
  const { processCpu, processResidentMemory, processOpenDescriptors, processStartTime } = METRIC_DEFINITIONS;
  let exposedSeconds = 0;
  registry.add(
    new SampledMetric(processCpu, () => {
      // A counter never goes down, whatever its source does.
      exposedSeconds = Math.max(exposedSeconds, source.cpuSeconds());
      return [[exposedSeconds]];
    }),
  );
  registry.add(new SampledMetric(processResidentMemory, () => [[source.residentBytes()]]));
  registry.add(new SampledMetric(processOpenDescriptors, () => [[source.openDescriptors()]]));
  registry.add(new SampledMetric(processStartTime, () => [[source.startedSeconds]]));
}
