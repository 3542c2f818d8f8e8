import { lines, stacked } from '../panels.ts';
import type { Row } from '../row.ts';
import { ofFrontends } from '../selectors.ts';

export const oneShotFrontends: Row = {
  title: 'One-shot frontends',
  panels: [
    stacked(
      {
        title: 'Frontends: decisions by lane',
        says: 'Of all applications and machines, whatever is chosen at the top. Empty where Prometheus asks neither for `/metrics/frontends` nor for the text file of the node exporter.',
        width: 8,
        unit: 'reqps',
      },
      [`sum by (lane) (${ofFrontends()})`, '{{lane}}'],
    ),
    lines(
      {
        title: 'Frontends: share that is shed',
        says: 'By application. They count decisions alone: what became of the request is in the log of the web server.',
        width: 8,
        unit: 'percentunit',
      },
      [
        `sum by (application) (${ofFrontends('lane="shed"')}) / (sum by (application) (${ofFrontends()}) > 0)`,
        '{{application}}',
      ],
    ),
    stacked(
      {
        title: 'Frontends: decisions by reason',
        says: 'As above, of "What is decided, and why": which policy says so, and its reason.',
        width: 8,
        unit: 'reqps',
      },
      [
        `sum by (application, lane, policy, reason) (${ofFrontends()}) > 0`,
        '{{application}}, {{policy}} {{reason}}: {{lane}}',
      ],
    ),
  ],
};
