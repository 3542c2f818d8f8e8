import { lines } from '../panels.ts';
import type { Row } from '../row.ts';
import { ofApplications } from '../selectors.ts';

export const limitsAndQueues: Row = {
  title: 'Limits and queues',
  panels: [
    lines(
      {
        title: 'Inflight, and the limit in force',
        says: 'Inflight along its limit: the limit is what holds. A limit at its floor for long: the application is slow or failing, not flooded.',
        width: 8,
        unit: 'none',
      },
      [`sum by (application, lane) (${ofApplications('spillway_inflight')})`, '{{application}} {{lane}}'],
      [
        `sum by (application, lane) (${ofApplications('spillway_limit')})`,
        'limit of {{application}} {{lane}}',
      ],
    ),
    lines(
      {
        title: 'Waiting, and room in the queue',
        says: 'A queue takes up a burst. One that stands at its limit only makes everybody wait.',
        width: 8,
        unit: 'none',
      },
      [`sum by (application) (${ofApplications('spillway_queue_length')})`, '{{application}}'],
      [`sum by (application) (${ofApplications('spillway_queue_limit')})`, 'limit of {{application}}'],
    ),
    lines(
      {
        title: 'Longest wait, and Retry-After',
        says: 'Of those who are waiting at the moment; and what those are told who are shed: how long it takes to serve all who were sent away before them.',
        width: 8,
        unit: 's',
      },
      [`max by (application) (${ofApplications('spillway_queue_oldest_wait_seconds')})`, '{{application}}'],
      [
        `max by (application) (${ofApplications('spillway_retry_after_seconds')})`,
        'Retry-After of {{application}}',
      ],
    ),
  ],
};
