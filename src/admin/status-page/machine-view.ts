import type { StatusDocument } from '../status-document.ts';
import { Chart } from './chart.ts';
import { byId } from './dom.ts';
import { formatBytes, formatNumber, formatSeconds, formatShare } from './format.ts';
import { KeyedList } from './keyed-list.ts';
import { rowMaker } from './row.ts';

type LoadStatus = StatusDocument['load'];

const SIGNALS: readonly (readonly [name: string, text: (load: LoadStatus) => string])[] = [
  ['Processors busy', (load) => formatShare(load.cpu_busy_ratio)],
  ['Some task waits for a processor', (load) => formatShare(load.cpu_pressure_ratio)],
  ['… for memory', (load) => formatShare(load.memory_pressure_ratio)],
  ['… for input or output', (load) => formatShare(load.io_pressure_ratio)],
  ['Tasks running or ready to', (load) => formatNumber(load.running_tasks)],
  ['Load average of 1 minute', (load) => formatNumber(load.load_average)],
  [
    'Processors that may be used',
    ({ processors, machine_processors }) =>
      machine_processors === null || machine_processors === processors
        ? formatNumber(processors)
        : `${formatNumber(processors)} of ${formatNumber(machine_processors)}`,
  ],
  ['Memory to be had', (load) => formatBytes(load.memory_available_bytes)],
  ["Spillway's own loop is late by", (load) => formatSeconds(load.event_loop_delay_seconds)],
];

/** The load of the machine, as policies see it. */
export function machineView(): (load: LoadStatus, atSeconds: number) => void {
  const chart = new Chart(byId('machine-chart'), {
    title: 'Processors, share of the time',
    series: [
      { label: 'busy', color: 'exec' },
      { label: 'some task waits for one', color: 'shed', dashed: true },
    ],
    format: (percent) => `${percent} %`,
    top: 100 / 1.1,
  });
  const rows = new KeyedList<{ readonly name: string; readonly value: string }>(
    byId('machine-rows'),
    ({ name }) => name,
    rowMaker([
      { kind: 'header', text: ({ name }) => name },
      { kind: 'number', text: ({ value }) => value },
    ]),
  );
  return (load, atSeconds) => {
    rows.show(SIGNALS.map(([name, text]) => ({ name, value: text(load) })));
    chart.add(atSeconds, [percent(load.cpu_busy_ratio), percent(load.cpu_pressure_ratio)]);
  };
}

function percent(share: number | null): number | null {
  return share === null ? null : share * 100;
}
