import { lines, stacked } from '../panels.ts';
import type { Row } from '../row.ts';
import { good, ofApplications, offered, rate, shed } from '../selectors.ts';

export const decisions: Row = {
  title: 'What is decided, and why',
  panels: [
    stacked(
      {
        title: 'Decisions by lane',
        says: 'By exec: a process each. By forward: to the daemon. By shed: the overload page.',
        width: 12,
        unit: 'reqps',
      },
      [`sum by (lane) (${rate(ofApplications('spillway_decisions_total'))})`, '{{lane}}'],
    ),
    lines(
      {
        title: 'Goodput against offered',
        says: 'The two lie upon each other when all is well. In an overload goodput should stay where the machine can take it, however much is offered; when it falls while offered rises, limits are too high.',
        width: 12,
        unit: 'reqps',
      },
      [`sum(${offered})`, 'offered'],
      [`sum(${good})`, 'in time'],
      [`sum(${shed} or vector(0))`, 'shed'],
    ),
    stacked(
      {
        title: 'Decisions by reason',
        says: 'Which policy says so, and its reason. `admission` is the queue, `daemon` a daemon that cannot be had.',
        width: 12,
        unit: 'reqps',
      },
      [
        `sum by (lane, policy, reason) (${rate(ofApplications('spillway_decisions_total'))}) > 0`,
        '{{policy}} {{reason}}: {{lane}}',
      ],
    ),
    lines(
      {
        title: 'What goes wrong',
        says: 'Failures of programs and daemons by kind, visitors who left before the end, and answers with 5xx that are no overload page.',
        width: 12,
        unit: 'reqps',
      },
      [`sum by (failure) (${rate(ofApplications('spillway_failures_total'))})`, '{{failure}}'],
      [`sum(${rate(ofApplications('spillway_abandoned_total'))})`, 'visitor left'],
      [
        `sum by (code) (${rate(ofApplications('spillway_requests_total', 'lane!="shed",code=~"5.."'))})`,
        'status {{code}}',
      ],
    ),
  ],
};
