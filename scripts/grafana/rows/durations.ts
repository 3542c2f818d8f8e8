import { heatmap, lines } from '../panels.ts';
import type { Row } from '../row.ts';
import { ofApplications, rate } from '../selectors.ts';

export const durations: Row = {
  title: 'How long it takes',
  panels: [
    heatmap(
      {
        title: 'Request, from arrival to the end',
        says: 'What visitors see of it, their own line included. A dot is one request: its id is in the log, and `npx spillway explain ID` says how it was decided.',
        width: 12,
      },
      bucketRates('spillway_request_duration_seconds', 'lane=~"exec|forward"'),
    ),
    heatmap(
      { title: 'Wait in the queue', says: 'Of those who were served.', width: 12 },
      bucketRates('spillway_queue_wait_seconds', 'lane=~"exec|forward"'),
    ),
    heatmap(
      {
        title: 'Application at work',
        says: 'From its slot to the end of its work. This, not the load, is what the limits learn from.',
        width: 12,
      },
      bucketRates('spillway_backend_busy_seconds'),
    ),
    lines(
      {
        title: 'Percentiles',
        says: 'Of requests that were served. The first byte is counted from the slot on, the rest from the arrival.',
        width: 12,
        unit: 's',
      },
      [quantile(0.5), 'half'],
      [quantile(0.95), '95 of 100'],
      [quantile(0.99), '99 of 100'],
      [
        `histogram_quantile(0.95, ${bucketRates('spillway_first_byte_seconds', 'lane=~"exec|forward"')})`,
        'first byte, 95 of 100',
      ],
    ),
  ],
};

function bucketRates(histogram: string, matchers = ''): string {
  return `sum by (le) (${rate(ofApplications(`${histogram}_bucket`, matchers))})`;
}

function quantile(share: number): string {
  return `histogram_quantile(${share}, ${bucketRates('spillway_request_duration_seconds', 'lane=~"exec|forward"')})`;
}
