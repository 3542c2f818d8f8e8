import { lines, states } from '../panels.ts';
import type { Row } from '../row.ts';
import { ofApplications, rate } from '../selectors.ts';

export const daemons: Row = {
  title: 'Daemons',
  panels: [
    states(
      {
        title: 'State of the daemons',
        says: 'Up and down in turns all the time is flapping: see the starts, then the log (`daemon-said`).',
        width: 12,
      },
      [
        `max by (instance, application) (1 * ${daemonIs('down')} or 2 * ${daemonIs('starting')} or 3 * ${daemonIs('up')} or 4 * ${daemonIs('retiring')} or 5 * ${daemonIs('failing')})`,
        '{{application}} {{instance}}',
      ],
      [
        ['down', 'text'],
        ['starting', 'yellow'],
        ['up', 'green'],
        ['retiring', 'blue'],
        ['failing', 'red'],
      ],
    ),
    lines(
      {
        title: 'Starts, and what befell them',
        says: 'Attempts by result, and daemons that were up and died or fell silent, in the time between two points.',
        width: 6,
        unit: 'none',
      },
      [
        `sum by (result) (increase(${ofApplications('spillway_daemon_starts_total')}[$__rate_interval]))`,
        'start: {{result}}',
      ],
      [
        `sum by (failure) (increase(${ofApplications('spillway_daemon_failures_total')}[$__rate_interval]))`,
        '{{failure}}',
      ],
    ),
    lines(
      {
        title: 'How long a start takes',
        says: 'From the start until it took a connection. So long is a flood carried by the exec lane alone.',
        width: 6,
        unit: 's',
      },
      [
        `histogram_quantile(0.95, sum by (le) (${rate(ofApplications('spillway_daemon_start_duration_seconds_bucket'))}))`,
        '95 of 100',
      ],
      [
        `sum(${rate(ofApplications('spillway_daemon_start_duration_seconds_sum'))}) / sum(${rate(ofApplications('spillway_daemon_start_duration_seconds_count'))})`,
        'mean',
      ],
    ),
  ],
};

function daemonIs(state: string): string {
  return `(${ofApplications('spillway_daemon_state', `state="${state}"`)} == 1)`;
}
