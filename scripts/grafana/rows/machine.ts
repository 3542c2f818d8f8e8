import { lines } from '../panels.ts';
import type { Row } from '../row.ts';
import { ofGateways, parameter } from '../selectors.ts';

export const machine: Row = {
  title: 'The machine',
  panels: [
    lines(
      {
        title: 'Running tasks for each processor',
        says: 'With the thresholds in force of the policies `auto` and `threshold`. Load average comes late; tasks that run at the moment decide.',
        width: 8,
        unit: 'none',
      },
      [
        `${ofGateways('spillway_load_running_tasks')} / ${ofGateways('spillway_load_processors')}`,
        'running {{instance}}',
      ],
      [
        `${ofGateways('spillway_load_average')} / ${ofGateways('spillway_load_processors')}`,
        'load average {{instance}}',
      ],
      [`min(${parameter('auto|threshold', 'start')})`, 'threshold of busy'],
      [`min(${parameter('auto|threshold', 'shed')})`, 'threshold of drowning'],
    ),
    lines(
      {
        title: 'Pressure',
        says: 'Share of the time in which a task was stalled (PSI). Below its threshold nobody is shed for the load.',
        width: 8,
        unit: 'percentunit',
      },
      [ofGateways('spillway_load_pressure_ratio'), '{{resource}} {{instance}}'],
      [ofGateways('spillway_load_cpu_busy_ratio'), 'processors busy {{instance}}'],
      [`min(${parameter('auto|threshold', 'pressure')})`, 'threshold of pressure'],
    ),
    lines(
      {
        title: 'Memory available',
        says: 'Without swapping. A limit that is too high for the memory shows here first.',
        width: 8,
        unit: 'bytes',
      },
      [ofGateways('spillway_load_memory_available_bytes'), '{{instance}}'],
    ),
  ],
};
