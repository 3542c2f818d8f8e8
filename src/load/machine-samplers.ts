import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { CpuBusySampler } from './cpu-busy-sampler.ts';
import { EventLoopDelaySampler } from './event-loop-delay-sampler.ts';
import { LoadAverageSampler } from './load-average-sampler.ts';
import { MemoryAvailableSampler } from './memory-available-sampler.ts';
import { PortableSampler } from './portable-sampler.ts';
import { PressureSampler } from './pressure-sampler.ts';
import { ProcessorsSampler } from './processors-sampler.ts';
import type { Sampler } from './sampler.ts';
import { systemInformation } from './system-information.ts';

export interface MachineRoots {
  readonly procRoot: string;
  readonly sysRoot: string;
}

/** The samplers that fit this machine: by the kernel's files where there are any, else by the portable library. */
export function machineSamplers(
  intervalMs: number,
  { procRoot, sysRoot }: MachineRoots = { procRoot: '/proc', sysRoot: '/sys' },
): Sampler[] {
  const everywhere = [
    new ProcessorsSampler({ procRoot, sysRoot, parallelism: availableParallelism }),
    new EventLoopDelaySampler(intervalMs),
  ];
  if (!existsSync(`${procRoot}/loadavg`)) return [...everywhere, new PortableSampler(systemInformation)];
  return [
    ...everywhere,
    new LoadAverageSampler(procRoot),
    new PressureSampler(procRoot, 'cpu'),
    new PressureSampler(procRoot, 'memory'),
    new PressureSampler(procRoot, 'io'),
    new CpuBusySampler(procRoot),
    new MemoryAvailableSampler(procRoot),
  ];
}
