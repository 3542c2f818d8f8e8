import { number } from '../panels.ts';
import type { Row } from '../row.ts';
import { good, ofApplications, offered, ofGateways, rate, shed } from '../selectors.ts';

export const isItWell: Row = {
  title: 'Is it well?',
  panels: [
    number(
      { title: 'Gateways', says: 'Gateways that answer scrapes.', width: 2, unit: 'none' },
      [`count(${ofGateways('spillway_build_info')})`, ''],
      [[1, 'green']],
      { base: 'red', empty: 'none' },
    ),
    number(
      {
        title: 'Alerts firing',
        says: 'Of grafana/rules.yml. What each means and what to do is in the README, chapter Metrics.',
        width: 2,
        unit: 'none',
      },
      ['count(ALERTS{alertname=~"Spillway.+",alertstate="firing"}) or vector(0)', ''],
      [[1, 'red']],
    ),
    number({ title: 'Offered', says: 'Requests a second that were decided upon.', width: 3, unit: 'reqps' }, [
      `sum(${offered})`,
      '',
    ]),
    number(
      {
        title: 'Answered in time',
        says: 'Goodput as a share of what is offered. The rest was shed, failed, or late.',
        width: 3,
        unit: 'percentunit',
      },
      [`sum(${good}) / (sum(${offered}) > 0)`, ''],
      [
        [0.9, 'orange'],
        [0.99, 'green'],
      ],
      { base: 'red', empty: 'no visitors' },
    ),
    number(
      {
        title: 'Shed',
        says: 'Share of visitors who got the overload page.',
        width: 3,
        unit: 'percentunit',
      },
      [`sum(${shed} or vector(0)) / (sum(${offered}) > 0)`, ''],
      [
        [0.01, 'orange'],
        [0.2, 'red'],
      ],
      { empty: 'no visitors' },
    ),
    number(
      {
        title: 'Waiting now',
        says: 'Requests in the admission queues.',
        width: 3,
        unit: 'none',
      },
      [`sum(${ofApplications('spillway_queue_length')})`, ''],
    ),
    number(
      {
        title: 'Fail-safe',
        says: 'Decisions a second by the fail-safe, because a policy is broken. The log has its error.',
        width: 2,
        unit: 'reqps',
      },
      [`sum(${rate(ofApplications('spillway_decisions_total', 'policy="failsafe"'))}) or vector(0)`, ''],
      [[0.000001, 'red']],
    ),
    number(
      {
        title: 'Not as the file says',
        says: 'Parameters that `spillway set` has changed for a while. Which they are is further down, under "On trial, and set by hand".',
        width: 3,
        unit: 'none',
      },
      [`count(${ofApplications('spillway_parameter_overrides')}) or vector(0)`, ''],
      [[1, 'orange']],
    ),
    number(
      {
        title: 'Last reload',
        says: 'When the configuration in force was loaded. Red: a later one was refused, and /status says why.',
        width: 3,
        unit: 'dateTimeFromNow',
      },
      [
        `max(${ofGateways('spillway_config_last_reload_success_timestamp_seconds')} * 1000 * ${ofGateways('spillway_config_last_reload_successful')})`,
        '',
      ],
      [[1, 'green']],
      { base: 'red' },
    ),
  ],
};
